"""`Radiograph` in, `Assessment` out: the network, its versions, its explanation. No web."""
