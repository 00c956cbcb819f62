"""What a hall's days come to: the log folded into days, days summed, sums kept, read over any period.

The log alone is the source. What is kept beside it may be deleted at any time.
"""
