package dev.lorikeet.engine.image;

/**
 * A picture as a model reads it.
 *
 * @param grid how it was cut
 * @param values (patches, channel, row, column): -1 is dark, 1 is bright
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record Patches(Grid grid, float[] values) {
    public Patches {
        if (values.length != grid.patches() * grid.values()) {
            throw new IllegalArgumentException(values.length + " numbers are no patches of " + grid);
        }
    }
}
