"""The domain of VoceSpace Connect: who may enter which space as what, and the tokens that say so.

Importing any module here reads no environment, opens no socket and builds no client.
"""
