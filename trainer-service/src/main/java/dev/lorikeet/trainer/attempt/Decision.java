package dev.lorikeet.trainer.attempt;

import java.util.List;

/**
 * What follows from a command.
 *
 * @param state after it
 * @param effects to carry out, in this order
 */
public record Decision(TrainerState state, List<Effect> effects) {
    /** Copies. */
    public Decision {
        effects = List.copyOf(effects);
    }
}
