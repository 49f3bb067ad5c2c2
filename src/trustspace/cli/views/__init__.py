"""What ``inspect`` shows: one function an object of the trust space, from its octets to nested plain data.

Views read, they never judge: a signature that is shown has not been verified, and the view says so.
"""
