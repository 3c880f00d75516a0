package dev.lorikeet.engine.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A picture's file, of which the header was checked before anything was decoded: a small file can claim a picture of
 * gigabytes.
 *
 * @param format what it is
 * @param bytes the file; not copied, never to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below
public record EncodedImage(ImageFormat format, byte[] bytes) {
    /** Largest file: with base64 around it, it fits a line of a dataset and a message. */
    public static final int MOST_BYTES = 2 << 20;
    /** Most pixels: 2048 x 2048. */
    public static final int MOST_PIXELS = 1 << 22;
    /** A progressive JPEG costs a pass over all pixels for each of its scans; ordinary ones have ten. */
    static final int MOST_SCANS = 64;

    private static final String DATA_URL = "data:";
    private static final String BASE64 = ";base64,";

    /**
     * Checks a file's size, its beginning, and the width and height that its header claims.
     *
     * @param mediaType {@code image/png} or {@code image/jpeg}
     * @throws InvalidImageException if it is none that can be taken in
     */
    public static EncodedImage of(String mediaType, byte[] bytes) throws InvalidImageException {
        ImageFormat format = ImageFormat.of(mediaType)
                .orElseThrow(() -> new InvalidImageException("an image's media type must be " + ImageFormat.known()
                        + ", not '" + mediaType.substring(0, Math.min(40, mediaType.length())) + "'"));
        if (bytes.length == 0) {
            throw new InvalidImageException("the image is empty");
        }
        requireSize(bytes.length);
        if (!format.begins(bytes)) {
            throw new InvalidImageException("the image is said to be " + format.mediaType() + ", but is none");
        }
        EncodedImage image = new EncodedImage(format, bytes);
        image.check();
        return image;
    }

    /**
     * Reads {@code data:image/png;base64,...}.
     *
     * @throws InvalidImageException as {@link #of}
     */
    public static EncodedImage ofDataUrl(String url) throws InvalidImageException {
        int comma = url.indexOf(',');
        String head = comma < 0 ? "" : url.substring(0, comma + 1);
        if (!head.toLowerCase(Locale.ROOT).startsWith(DATA_URL) || !head.endsWith(BASE64)) {
            throw new InvalidImageException("an image must stand in the row itself, as data:image/png;base64,...");
        }
        requireSize((url.length() - comma - 1L) / 4 * 3);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(url.substring(comma + 1));
        } catch (IllegalArgumentException e) {
            throw new InvalidImageException("the image is not valid base64: " + e.getMessage());
        }
        return of(head.substring(DATA_URL.length(), head.length() - BASE64.length()), bytes);
    }

    private static void requireSize(long bytes) throws InvalidImageException {
        if (bytes > MOST_BYTES) {
            throw new InvalidImageException(
                    "the image has " + bytes + " bytes; the most is " + MOST_BYTES + ": make it smaller");
        }
    }

    private interface Reading<T> {
        T from(ImageReader reader) throws IOException, InvalidImageException;
    }

    private <T> T read(Reading<T> reading) throws InvalidImageException {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format.name()).next();
        // In memory, never in a temporary file; metadata is passed over, compressed or not.
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(stream, true, true);
            return reading.from(reader);
        } catch (IOException | RuntimeException e) {
            // The readers answer malformed files with whatever exception comes.
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new InvalidImageException("the image cannot be read as " + format.mediaType() + ": " + reason);
        } finally {
            reader.dispose();
        }
    }

    private void check() throws InvalidImageException {
        if (format == ImageFormat.JPEG && scans() > MOST_SCANS) {
            throw new InvalidImageException(
                    "the image has more than " + MOST_SCANS + " scans: save it as a plain JPEG");
        }
        read(reader -> {
            requirePixels(reader.getWidth(0), reader.getHeight(0));
            return true;
        });
    }

    private static void requirePixels(int width, int height) throws InvalidImageException {
        if ((long) width * height > MOST_PIXELS || width < 1 || height < 1) {
            throw new InvalidImageException("the image has " + width + " x " + height + " pixels; the most is "
                    + MOST_PIXELS + " in all: make it smaller");
        }
    }

    /** Start-of-scan markers, which cannot occur within a scan's data. */
    private int scans() {
        int scans = 0;
        for (int i = 0; i + 1 < bytes.length; i++) {
            if (bytes[i] == (byte) 0xff && bytes[i + 1] == (byte) 0xda) {
                scans++;
            }
        }
        return scans;
    }

    /**
     * The picture.
     *
     * @throws InvalidImageException if the file is damaged
     */
    public Picture decode() throws InvalidImageException {
        return read(reader -> {
            BufferedImage pixels = reader.read(0);
            requirePixels(pixels.getWidth(), pixels.getHeight());
            return Picture.of(pixels);
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodedImage theirs && format == theirs.format && Arrays.equals(bytes, theirs.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return format.mediaType() + " of " + bytes.length + " bytes";
    }
}
