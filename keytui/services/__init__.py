"""What a person may do. Every function checks, acts and records, in one transaction.

Plain functions, the actor first. They return frozen values, never rows, so no
door can run a lazy query or see a digest, and raise the errors of
:mod:`keytui.domain.errors`, whose text is the sentence for the person.
"""
