"""The pages of the configuration, in one blueprint: whoever imports it has all of them."""

from server.web import setup_preview as setup_preview, setup_review as setup_review
from server.web.setup_pages import setup as setup
