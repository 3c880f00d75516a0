package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.BaseQuantization;
import dev.lorikeet.proto.training.v1.Bias;
import dev.lorikeet.proto.training.v1.Initialisation;
import dev.lorikeet.proto.training.v1.LoraMethod;
import dev.lorikeet.scheduler.request.Lora;

/** LoRA and its relatives between contract and core. */
final class LoraMapper {
    private LoraMapper() {}

    static Lora toSpec(LoraMethod lora) {
        return new Lora(
                new Lora.Scaling(
                        lora.getRank(),
                        lora.getAlpha(),
                        lora.getRankStabilized(),
                        lora.getRankPatternMap(),
                        lora.getAlphaPatternMap(),
                        new Lora.Plus(lora.getLoraPlusRatio(), lora.getLoraPlusEmbeddingRate())),
                TargetsMapper.toSpec(lora),
                lora.getDropout(),
                new Lora.Own(
                        bias(lora.getBias()),
                        lora.getModulesToSaveList(),
                        lora.getTrainableTokensList(),
                        lora.getLoraBias(),
                        lora.getDora()),
                switch (lora.getInitialisation()) {
                    case INITIALISATION_UNSPECIFIED -> Lora.Initialisation.UNSET;
                    case INITIALISATION_ZERO -> Lora.Initialisation.ZERO;
                    case INITIALISATION_PISSA -> Lora.Initialisation.PISSA;
                    case INITIALISATION_OLORA -> Lora.Initialisation.OLORA;
                    case UNRECOGNIZED -> Lora.Initialisation.UNKNOWN;
                },
                switch (lora.getBaseQuantization()) {
                    case BASE_QUANTIZATION_UNSPECIFIED -> Lora.Base.UNSET;
                    case BASE_QUANTIZATION_NONE -> Lora.Base.PLAIN;
                    case BASE_QUANTIZATION_NF4 -> Lora.Base.NF4;
                    case UNRECOGNIZED -> Lora.Base.UNKNOWN;
                });
    }

    private static Lora.Bias bias(Bias from) {
        return switch (from) {
            case BIAS_UNSPECIFIED -> Lora.Bias.UNSET;
            case BIAS_NONE -> Lora.Bias.NONE;
            case BIAS_ALL -> Lora.Bias.ALL;
            case BIAS_LORA_ONLY -> Lora.Bias.LORA_ONLY;
            case UNRECOGNIZED -> Lora.Bias.UNKNOWN;
        };
    }

    static LoraMethod toProto(Lora lora) {
        Lora.Scaling scaling = lora.scaling();
        return TargetsMapper.with(LoraMethod.newBuilder(), lora.targets())
                .setRank(scaling.rank())
                .setAlpha(scaling.alpha())
                .setRankStabilized(scaling.rankStabilized())
                .putAllRankPattern(scaling.ranks())
                .putAllAlphaPattern(scaling.alphas())
                .setDropout(lora.dropout())
                .setBias(
                        switch (lora.own().bias()) {
                            case UNSET, UNKNOWN -> Bias.BIAS_UNSPECIFIED;
                            case NONE -> Bias.BIAS_NONE;
                            case ALL -> Bias.BIAS_ALL;
                            case LORA_ONLY -> Bias.BIAS_LORA_ONLY;
                        })
                .addAllModulesToSave(lora.own().modules())
                .addAllTrainableTokens(lora.own().tokens())
                .setLoraBias(lora.own().biasOfB())
                .setDora(lora.own().magnitudes())
                .setLoraPlusRatio(scaling.plus().ratio())
                .setLoraPlusEmbeddingRate(scaling.plus().embeddingRate())
                .setInitialisation(
                        switch (lora.initialisation()) {
                            case UNSET, UNKNOWN -> Initialisation.INITIALISATION_UNSPECIFIED;
                            case ZERO -> Initialisation.INITIALISATION_ZERO;
                            case PISSA -> Initialisation.INITIALISATION_PISSA;
                            case OLORA -> Initialisation.INITIALISATION_OLORA;
                        })
                .setBaseQuantization(
                        switch (lora.base()) {
                            case UNSET, UNKNOWN -> BaseQuantization.BASE_QUANTIZATION_UNSPECIFIED;
                            case PLAIN -> BaseQuantization.BASE_QUANTIZATION_NONE;
                            case NF4 -> BaseQuantization.BASE_QUANTIZATION_NF4;
                        })
                .build();
    }
}
