package dev.lorikeet.engine.image;

/**
 * How a picture is cut: brought to a square of {@code side} pixels, in squares of {@code patch} pixels, row by row.
 *
 * @param side pixels, a multiple of the patch's
 * @param patch pixels
 */
public record Grid(int side, int patch) {
    /** More tokens than this crowd out the text. */
    public static final int MOST_PATCHES = 1024;

    private static final int MOST_SIDE = 512;
    private static final int CHANNELS = 3;

    public Grid {
        if (patch < 1 || side < 1 || side > MOST_SIDE || side % patch != 0) {
            throw new IllegalArgumentException("image_size must be 1 to " + MOST_SIDE
                    + " and a multiple of patch_size, not " + side + " with patches of " + patch);
        }
        if ((side / patch) * (side / patch) > MOST_PATCHES) {
            throw new IllegalArgumentException("an image of " + side + " pixels in patches of " + patch + " makes "
                    + (side / patch) * (side / patch) + " tokens; the most is " + MOST_PATCHES);
        }
    }

    /** Patches of a picture, each a token. */
    public int patches() {
        return (side / patch) * (side / patch);
    }

    /** Numbers of a patch: red, green and blue of each pixel. */
    public int values() {
        return CHANNELS * patch * patch;
    }
}
