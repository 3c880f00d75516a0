package dev.lorikeet.trainer.method;

import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.method.lora.LoraForm;
import dev.lorikeet.engine.method.lora.LoraStart;
import dev.lorikeet.engine.method.lora.OwnBiases;
import dev.lorikeet.engine.method.token.TokenRows;
import dev.lorikeet.proto.training.v1.LoraMethod;

/** Reads what a request's LoRA has besides factors. What is unspecified stands in requests of before there was a choice. */
final class LoraFormReader {
    private LoraFormReader() {}

    static LoraForm read(LoraMethod lora) {
        return new LoraForm(lora.getDora(), lora.getLoraBias(), SavedModules.NONE)
                .withBiases(biases(lora))
                .withSaved(new SavedModules(lora.getModulesToSaveList()))
                .withRows(new TokenRows(lora.getTrainableTokensList()))
                .withStart(start(lora));
    }

    private static OwnBiases biases(LoraMethod lora) {
        return switch (lora.getBias()) {
            case BIAS_UNSPECIFIED, BIAS_NONE -> OwnBiases.NONE;
            case BIAS_ALL -> OwnBiases.ALL;
            case BIAS_LORA_ONLY -> OwnBiases.LORA_ONLY;
            case UNRECOGNIZED -> throw new IllegalArgumentException("bias is one that this version does not know");
        };
    }

    private static LoraStart start(LoraMethod lora) {
        return switch (lora.getInitialisation()) {
            case INITIALISATION_UNSPECIFIED, INITIALISATION_ZERO -> LoraStart.ZERO;
            case INITIALISATION_PISSA -> LoraStart.PISSA;
            case INITIALISATION_OLORA -> LoraStart.OLORA;
            case UNRECOGNIZED ->
                throw new IllegalArgumentException("initialisation is one that this version does not know");
        };
    }
}
