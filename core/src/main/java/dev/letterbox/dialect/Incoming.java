package dev.letterbox.dialect;

/** What a message in the server queue turned out to be. */
public sealed interface Incoming permits RawRequest, Unreadable, Malformed {}
