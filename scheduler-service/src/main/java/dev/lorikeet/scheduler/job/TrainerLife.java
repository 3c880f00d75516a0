package dev.lorikeet.scheduler.job;

/**
 * One life of a trainer: what an attempt is given to.
 *
 * @param trainer the trainer's id
 * @param incarnation a new value at each start of its process
 */
public record TrainerLife(String trainer, String incarnation) {
    public TrainerLife {
        if (trainer.isEmpty() || incarnation.isEmpty()) {
            throw new IllegalArgumentException("a trainer has an id and an incarnation");
        }
    }

    @Override
    public String toString() {
        return trainer + "/" + incarnation;
    }
}
