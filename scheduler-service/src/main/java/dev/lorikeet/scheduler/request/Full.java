package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;

/** Full fine-tuning of the blocks. How many values that are is the base model's: the trainer has a bound. */
public record Full() implements Method {
    @Override
    public String field() {
        return "full";
    }

    @Override
    public void check(Check check, Training training) {}

    @Override
    public Full resolved(Training training) {
        return this;
    }

    @Override
    public double learningRate() {
        return 5e-5;
    }
}
