package dev.lorikeet.trainer.attempt;

/**
 * Who this trainer is.
 *
 * @param trainer its id, unique among trainers and the same in every life
 * @param incarnation this life: a new value at each start of the process
 */
public record Identity(String trainer, String incarnation) {
    /** Checks the parts. */
    public Identity {
        if (trainer.isBlank() || incarnation.isBlank()) {
            throw new IllegalArgumentException("a trainer needs an id and an incarnation");
        }
    }
}
