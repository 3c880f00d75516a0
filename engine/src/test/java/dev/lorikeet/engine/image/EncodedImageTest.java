package dev.lorikeet.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class EncodedImageTest {
    private static final Grid FOUR = new Grid(4, 2);

    @Test
    void pngPixelsBecomePatchesRowByRow() throws InvalidImageException {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 16; i++) {
            image.setRGB(i % 4, i / 4, ((10 * i) << 16) | ((5 * i) << 8) | 255);
        }

        Patches patches = Shapes.png(image).decode().patches(FOUR);

        // Patch 1 is the top right; its red values are those of pixels 2, 3, 6, 7.
        assertThat(Arrays.copyOfRange(patches.values(), 12, 24))
                .containsExactly(
                        new float[] {
                            level(20), level(30), level(60), level(70), level(10), level(15), level(30), level(35), 1,
                            1, 1, 1
                        },
                        within(1e-6f));
    }

    private static float level(int value) {
        return value / 127.5f - 1;
    }

    @Test
    void everyPixelOfTheSquareIsTheMeanOfWhatItCovers() throws InvalidImageException {
        BufferedImage image = new BufferedImage(6, 2, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 6; x++) {
            for (int y = 0; y < 2; y++) {
                image.setRGB(x, y, (x * 30 + y * 6) << 16);
            }
        }

        float[] shrunk = Shapes.png(image).decode().patches(new Grid(2, 2)).values();
        float[] grown = Shapes.png(image).decode().patches(new Grid(4, 4)).values();

        assertThat(Arrays.copyOf(shrunk, 4))
                .containsExactly(new float[] {level(30), level(120), level(36), level(126)}, within(1e-5f));
        // Of the first row: pixels 0 and half of 1; half of 1 and 2; ...
        assertThat(Arrays.copyOf(grown, 4))
                .containsExactly(new float[] {level(10), level(50), level(100), level(140)}, within(1e-5f));
    }

    @Test
    void jpegIsReadAsWell() throws InvalidImageException {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 256; i++) {
            image.setRGB(i % 16, i / 16, 0x4080c0);
        }

        float[] values = EncodedImage.of("image/jpeg", Shapes.bytes(image, "jpeg"))
                .decode()
                .patches(new Grid(1, 1))
                .values();

        assertThat(values).containsExactly(new float[] {level(0x40), level(0x80), level(0xc0)}, within(0.03f));
    }

    @Test
    void grayIsTakenAsItIsWrittenAndTransparencyStandsOnWhite() throws InvalidImageException {
        BufferedImage gray = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setSample(0, 0, 0, 100);
        BufferedImage clear = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        clear.setRGB(0, 0, 0x00123456);

        assertThat(Shapes.png(gray).decode().rgb()).containsExactly(0x646464);
        assertThat(Shapes.png(clear).decode().rgb()).containsExactly(0xffffff);
    }

    @Test
    void aBombIsRefusedByItsHeaderAlone() {
        assertThatThrownBy(() -> EncodedImage.of("image/png", header(60_000, 60_000)))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("60000 x 60000")
                .hasMessageContaining(String.valueOf(EncodedImage.MOST_PIXELS));
    }

    /** A PNG that ends behind its header. */
    private static byte[] header(int width, int height) {
        ByteBuffer chunk = ByteBuffer.allocate(17)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(width)
                .putInt(height)
                .put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(chunk.array());
        return ByteBuffer.allocate(33)
                .putLong(0x89504e470d0a1a0aL)
                .putInt(13)
                .put(chunk.array())
                .putInt((int) crc.getValue())
                .array();
    }

    @Test
    void aJpegOfEndlessScansIsRefusedBeforeItIsDecoded() {
        byte[] jpeg = Shapes.bytes(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "jpeg");
        byte[] many = Arrays.copyOf(jpeg, jpeg.length + 4 * EncodedImage.MOST_SCANS);
        for (int i = jpeg.length; i < many.length; i += 2) {
            many[i] = (byte) 0xff;
            many[i + 1] = (byte) 0xda;
        }

        assertThatThrownBy(() -> EncodedImage.of("image/jpeg", many))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("scans");
    }

    @Test
    void otherFormatsAndDamagedFilesAreRefusedClearly() throws InvalidImageException {
        byte[] png = Shapes.bytes(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png");
        byte[] damaged = Arrays.copyOf(png, png.length / 2);

        refused("image/gif", png, "image/png or image/jpeg");
        refused("image/jpeg", png, "is said to be image/jpeg");
        refused("image/png", new byte[0], "empty");
        refused("image/png", new byte[EncodedImage.MOST_BYTES + 1], "the most is");
        EncodedImage half = EncodedImage.of("image/png", damaged);
        assertThatThrownBy(half::decode)
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("cannot be read as image/png");
    }

    private static void refused(String mediaType, byte[] bytes, String why) {
        assertThatThrownBy(() -> EncodedImage.of(mediaType, bytes))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aDataUrlHoldsTheFile() throws InvalidImageException {
        byte[] png = Shapes.bytes(new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB), "png");
        String url = "data:image/png;base64," + Base64.getEncoder().encodeToString(png);

        assertThat(EncodedImage.ofDataUrl(url)).isEqualTo(EncodedImage.of("image/png", png));
        assertThatThrownBy(() -> EncodedImage.ofDataUrl("http://example.com/a.png"))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("in the row itself");
        assertThatThrownBy(() -> EncodedImage.ofDataUrl(url + "!"))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("base64");
    }
}
