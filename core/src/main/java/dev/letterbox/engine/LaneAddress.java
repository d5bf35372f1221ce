package dev.letterbox.engine;

/**
 * Where a server finds the {@linkplain Lane lane} of a client. It is the client's word and proves nothing.
 *
 * @param number what the engine knows the lane by
 * @param bytes how long the lane is, 1 or more
 */
public record LaneAddress(int number, int bytes) {}
