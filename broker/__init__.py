"""What the programs of a hall say to each other over MQTT, and the one link that carries it."""
