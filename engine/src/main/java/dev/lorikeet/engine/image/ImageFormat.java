package dev.lorikeet.engine.image;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The formats that are read. */
public enum ImageFormat {
    PNG("image/png", "89504e470d0a1a0a"),
    JPEG("image/jpeg", "ffd8ff");

    private final String mediaType;
    /** What a file begins with, in hexadecimal. */
    private final String signature;

    ImageFormat(String mediaType, String signature) {
        this.mediaType = mediaType;
        this.signature = signature;
    }

    /** {@code image/png} and so on. */
    public String mediaType() {
        return mediaType;
    }

    static Optional<ImageFormat> of(String mediaType) {
        String plain = mediaType.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.mediaType.equals(plain))
                .findFirst();
    }

    /** The media types, for messages. */
    static String known() {
        return Arrays.stream(values()).map(ImageFormat::mediaType).collect(Collectors.joining(" or "));
    }

    /** Whether a file begins as one of this format. */
    boolean begins(byte[] bytes) {
        int length = signature.length() / 2;
        return bytes.length >= length
                && HexFormat.of().formatHex(bytes, 0, length).equals(signature);
    }
}
