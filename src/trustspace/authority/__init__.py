"""The CA of the TTP service: who is registered, by whose decision, on what ground, since when.

Here live the journal of signed acts, the rules by which officers act together, the state that replaying the
journal gives, and what is made of that state: certificates, CRLs, OCSP responses, the register. All but
``folder`` is pure: clock and randomness are handed in, keys are ``SigningKey``s. There is no other memory
than the journal: whatever is not in it did not happen.
"""
