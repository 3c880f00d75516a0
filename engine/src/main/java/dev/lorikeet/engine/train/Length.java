package dev.lorikeet.engine.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How long a run trains. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "unit")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Length.Epochs.class, name = "epochs"),
    @JsonSubTypes.Type(value = Length.Steps.class, name = "steps")
})
public sealed interface Length {
    /** Optimizer steps in all, for a number of steps an epoch. */
    int totalSteps(int stepsPerEpoch);

    /** So many passes over the examples. */
    record Epochs(int count) implements Length {
        public Epochs {
            if (count < 1) {
                throw new IllegalArgumentException("epochs must be at least 1, not " + count);
            }
        }

        @Override
        public int totalSteps(int stepsPerEpoch) {
            return Math.multiplyExact(count, stepsPerEpoch);
        }
    }

    /** So many optimizer steps, whatever part of a pass or number of passes that is. */
    record Steps(int count) implements Length {
        public Steps {
            if (count < 1) {
                throw new IllegalArgumentException("steps must be at least 1, not " + count);
            }
        }

        @Override
        public int totalSteps(int stepsPerEpoch) {
            return count;
        }
    }
}
