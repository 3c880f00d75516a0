package dev.lorikeet.engine.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.Raster;

/**
 * Decoded pixels. What is transparent stands on white; the orientation that a camera notes beside the pixels is not
 * followed.
 *
 * @param width pixels
 * @param height pixels
 * @param rgb width * height, row by row: red * 65536 + green * 256 + blue
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record Picture(int width, int height, int[] rgb) {
    private static final int CHANNELS = 3;

    public Picture {
        if (width < 1 || height < 1 || rgb.length != width * height) {
            throw new IllegalArgumentException(rgb.length + " pixels are no " + width + " x " + height);
        }
    }

    static Picture of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = gray(image) ? grays(image) : image.getRGB(0, 0, width, height, null, 0, width);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = onWhite(pixels[i]);
        }
        return new Picture(width, height, pixels);
    }

    /** Java takes gray values for linear light and would brighten them; files mean them as they mean colours. */
    private static boolean gray(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        return colours.getColorSpace().getType() == ColorSpace.TYPE_GRAY && colours.getNumColorComponents() == 1;
    }

    private static int[] grays(BufferedImage image) {
        Raster raster = image.getRaster();
        ColorModel colours = image.getColorModel();
        int shift = colours.getComponentSize(0) - 8;
        int[] pixels = new int[image.getWidth() * image.getHeight()];
        int[] samples = new int[raster.getNumBands()];
        for (int i = 0; i < pixels.length; i++) {
            raster.getPixel(i % image.getWidth(), i / image.getWidth(), samples);
            int gray = shift >= 0 ? samples[0] >> shift : samples[0] * 255 / ((1 << (8 + shift)) - 1);
            int alpha = samples.length > 1 ? samples[1] >> Math.max(0, shift) : 255;
            pixels[i] = (alpha << 24) | (gray << 16) | (gray << 8) | gray;
        }
        return pixels;
    }

    private static int onWhite(int argb) {
        int alpha = argb >>> 24;
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int value = (argb >> shift) & 255;
            mixed = (mixed << 8) | ((value * alpha + 255 * (255 - alpha) + 127) / 255);
        }
        return mixed;
    }

    /**
     * Brings the picture to the grid's square, whatever its proportions, and cuts it. Every pixel of the square is the
     * mean of the part of the picture that it covers.
     */
    public Patches patches(Grid grid) {
        int side = grid.side();
        int patch = grid.patch();
        float[] values = new float[grid.patches() * grid.values()];
        float[] across = new float[side * CHANNELS];
        int computed = -1;
        float[] row = new float[side * CHANNELS];
        for (int y = 0; y < side; y++) {
            double top = (double) y * height / side;
            double bottom = (double) (y + 1) * height / side;
            java.util.Arrays.fill(row, 0);
            for (int source = (int) top; source < Math.min(height, Math.ceil(bottom)); source++) {
                if (source != computed) {
                    across(source, side, across);
                    computed = source;
                }
                float share = (float) ((Math.min(source + 1, bottom) - Math.max(source, top)) / (bottom - top));
                for (int i = 0; i < row.length; i++) {
                    row[i] += share * across[i];
                }
            }
            for (int x = 0; x < side; x++) {
                int own = (y / patch) * (side / patch) + x / patch;
                for (int channel = 0; channel < CHANNELS; channel++) {
                    values[own * grid.values() + (channel * patch + y % patch) * patch + x % patch] =
                            row[x * CHANNELS + channel] / 127.5f - 1;
                }
            }
        }
        return new Patches(grid, values);
    }

    /** Means of a row of the picture: (side, channels), 0 to 255. */
    private void across(int y, int side, float[] means) {
        for (int x = 0; x < side; x++) {
            double left = (double) x * width / side;
            double right = (double) (x + 1) * width / side;
            double red = 0;
            double green = 0;
            double blue = 0;
            for (int source = (int) left; source < Math.min(width, Math.ceil(right)); source++) {
                double share = Math.min(source + 1, right) - Math.max(source, left);
                int pixel = rgb[y * width + source];
                red += share * (pixel >> 16 & 255);
                green += share * (pixel >> 8 & 255);
                blue += share * (pixel & 255);
            }
            means[x * CHANNELS] = (float) (red / (right - left));
            means[x * CHANNELS + 1] = (float) (green / (right - left));
            means[x * CHANNELS + 2] = (float) (blue / (right - left));
        }
    }
}
