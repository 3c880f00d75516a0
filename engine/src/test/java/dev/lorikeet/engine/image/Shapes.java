package dev.lorikeet.engine.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;

/** Small pictures of one coloured shape somewhere on a dark ground, as files. */
public final class Shapes {
    /** Names of the colours, in order. */
    public static final List<String> COLOURS = List.of("red", "green", "blue", "yellow");
    /** Names of the forms, in order. */
    public static final List<String> FORMS = List.of("square", "bar", "pillar");

    private static final int[] RGB = {0xd02020, 0x20c030, 0x3040e0, 0xe0d030};
    private static final int SIZE = 32;

    private Shapes() {}

    /** A PNG of a shape of a random size, place, ground and noise. */
    public static EncodedImage draw(int colour, int form, RandomGenerator random) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        int ground = random.nextInt(60);
        int longer = 16 + random.nextInt(6);
        int shorter = longer / 3;
        int width = FORMS.get(form).equals("pillar") ? shorter : longer;
        int height = FORMS.get(form).equals("bar") ? shorter : longer;
        int left = random.nextInt(SIZE - width + 1);
        int top = random.nextInt(SIZE - height + 1);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                boolean inside = x >= left && x < left + width && y >= top && y < top + height;
                int noise = random.nextInt(20);
                image.setRGB(x, y, inside ? RGB[colour] : (ground + noise) * 0x010101);
            }
        }
        return png(image);
    }

    /** A file of pixels. */
    public static EncodedImage png(BufferedImage image) {
        try {
            return EncodedImage.of("image/png", bytes(image, "png"));
        } catch (InvalidImageException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(BufferedImage image, String format) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalStateException("no writer of " + format);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
