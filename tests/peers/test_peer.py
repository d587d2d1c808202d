"""The replay peer against aiortc's own RTCPeerConnection, which decodes what it gets."""
