package dev.lorikeet.serving.generation;

/**
 * A picture that the answer is about, as it came in: unchecked.
 *
 * @param mediaType {@code image/png} or {@code image/jpeg}
 * @param file its bytes; not copied, never to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record Picture(String mediaType, byte[] file) {}
