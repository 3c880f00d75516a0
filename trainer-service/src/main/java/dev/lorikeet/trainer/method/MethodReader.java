package dev.lorikeet.trainer.method;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.method.bitfit.BitFitConfig;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.method.ia3.Ia3Config;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.method.moe.MoeConfig;
import dev.lorikeet.engine.method.prefix.PrefixConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.method.token.TokensConfig;
import dev.lorikeet.engine.method.vora.VoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Quantisation;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.proto.training.v1.BaseQuantization;
import dev.lorikeet.proto.training.v1.BitFitMethod;
import dev.lorikeet.proto.training.v1.BottleneckMethod;
import dev.lorikeet.proto.training.v1.Ia3Method;
import dev.lorikeet.proto.training.v1.LoraMethod;
import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.proto.training.v1.MoeLoraMethod;
import dev.lorikeet.proto.training.v1.PTuningMethod;
import dev.lorikeet.proto.training.v1.PrefixTuningMethod;
import dev.lorikeet.proto.training.v1.PromptTuningMethod;
import dev.lorikeet.proto.training.v1.VoraMethod;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a request's method, every default filled in, as the engine's configuration: one case for each. */
public final class MethodReader {
    private static final String ALL_LINEAR = "all-linear";

    private MethodReader() {}

    /**
     * Reads a method.
     *
     * @param baseModel name of the base model, noted in the adapter's configuration
     * @throws IllegalArgumentException if this version does not know it or the engine refuses it
     */
    public static EngineMethod read(Method method, String baseModel) {
        AdapterConfig.Origin origin = new AdapterConfig.Origin(baseModel, null);
        try {
            return switch (method.getKindCase()) {
                case LORA ->
                    over(
                            method.getLora().getBaseQuantization(),
                            LoraRecipe.of(
                                    method.getLora(),
                                    lora(method.getLora(), origin).withForm(LoraFormReader.read(method.getLora()))));
                case ADALORA ->
                    AdaLoraReader.read(
                            method.getAdalora(),
                            new ModuleSelection(
                                    targets(
                                            method.getAdalora().getTargetModulesList(),
                                            method.getAdalora().getTargetPattern()),
                                    excluded(method.getAdalora().getExcludeModulesList()),
                                    method.getAdalora().getLayersToTransformList(),
                                    List.of()),
                            origin);
                case PROMPT_TUNING -> promptTuning(method.getPromptTuning(), origin);
                case PREFIX_TUNING ->
                    fixed(prefixTuning(method.getPrefixTuning()).withOrigin(origin));
                case P_TUNING -> fixed(pTuning(method.getPTuning()).withOrigin(origin));
                case MOE_LORA -> fixed(moeLora(method.getMoeLora(), origin));
                case BOTTLENECK -> fixed(bottleneck(method.getBottleneck()).withOrigin(origin));
                case TRAINABLE_TOKENS ->
                    fixed(TokensConfig.of(method.getTrainableTokens().getTokensList())
                            .withOrigin(origin));
                case VORA -> fixed(vora(method.getVora()).withOrigin(origin));
                case IA3 -> ia3(method.getIa3(), origin);
                case BITFIT -> fixed(bitFit(method.getBitfit(), origin));
                case FULL -> fixed(new FullConfig(origin));
                case KIND_NOT_SET ->
                    throw new IllegalArgumentException("it is not set, or one that this version does not know");
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("method: " + e.getMessage(), e);
        }
    }

    /** A configuration that depends on nothing but the request. */
    private static EngineMethod fixed(TrainableConfig config) {
        return new EngineMethod(config.kind(), new Fixed(config));
    }

    /** What is trained over NF4 codes is plain LoRA to all that reads it; its manifest says over which base. */
    private static EngineMethod over(BaseQuantization base, EngineMethod method) {
        return switch (base) {
            case BASE_QUANTIZATION_UNSPECIFIED, BASE_QUANTIZATION_NONE -> method;
            case BASE_QUANTIZATION_NF4 -> new EngineMethod("qlora", method.recipe(), Quantisation.NF4, List.of());
            case UNRECOGNIZED ->
                throw new IllegalArgumentException("base_quantization is one that this version does not know");
        };
    }

    private record Fixed(TrainableConfig adapter) implements EngineMethod.Recipe {
        @Override
        public TrainableConfig config(BaseModel base, int steps) {
            return adapter;
        }

        @Override
        public boolean pictures() {
            return adapter instanceof VoraConfig;
        }
    }

    /** A text to begin with becomes tokens only by the base model's tokenizer. */
    private static EngineMethod promptTuning(PromptTuningMethod from, AdapterConfig.Origin origin) {
        int tokens = from.getVirtualTokens();
        if (from.getInitialText().isEmpty()) {
            return fixed(PromptConfig.tuning(tokens, new PromptStart.Random()).withOrigin(origin));
        }
        return new EngineMethod("prompt_tuning", new PromptFromText(tokens, from.getInitialText(), origin));
    }

    private record PromptFromText(int tokens, String text, AdapterConfig.Origin origin) implements EngineMethod.Recipe {
        @Override
        public TrainableConfig config(BaseModel base, int steps) {
            return PromptConfig.tuning(tokens, PromptStart.Text.of(text, base.tokenizer()))
                    .withOrigin(origin);
        }
    }

    private static PrefixConfig prefixTuning(PrefixTuningMethod from) {
        PrefixConfig plain = PrefixConfig.of(from.getVirtualTokens());
        return from.getProjection() ? plain.projected(from.getEncoderHiddenSize()) : plain;
    }

    /** Requests of before there was a choice have a perceptron. */
    private static PromptConfig pTuning(PTuningMethod from) {
        return switch (from.getEncoder()) {
            case PROMPT_ENCODER_UNSPECIFIED, PROMPT_ENCODER_MLP ->
                PromptConfig.encoded(from.getVirtualTokens(), from.getEncoderHiddenSize());
            case PROMPT_ENCODER_LSTM ->
                PromptConfig.recurrent(
                        from.getVirtualTokens(),
                        from.getEncoderHiddenSize(),
                        from.getEncoderLayers(),
                        from.getEncoderDropout());
            case UNRECOGNIZED -> throw new IllegalArgumentException("encoder is one that this version does not know");
        };
    }

    private static VoraConfig vora(VoraMethod from) {
        return VoraConfig.of(
                        new Grid(from.getImageSize(), from.getPatchSize()),
                        from.getRank(),
                        from.getAlpha(),
                        from.getLayers(),
                        targets(from.getTargetModulesList(), ""))
                .withDropout(from.getDropout());
    }

    private static BottleneckConfig bottleneck(BottleneckMethod from) {
        return switch (from.getPlacement()) {
            case PLACEMENT_HOULSBY -> BottleneckConfig.houlsby(from.getSize());
            case PLACEMENT_PFEIFFER -> BottleneckConfig.pfeiffer(from.getSize());
            case PLACEMENT_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("placement is not set, or one that this version does not know");
        };
    }

    /** Without names the modules are the base model's to choose. */
    private static EngineMethod ia3(Ia3Method from, AdapterConfig.Origin origin) {
        TargetModules excluded = excluded(from.getExcludeModulesList());
        if (from.getTargetModulesList().isEmpty()) {
            return new EngineMethod("ia3", new StandardIa3(excluded, origin));
        }
        return fixed(new Ia3Config(
                new ModuleSelection(
                        new TargetModules.Names(from.getTargetModulesList()), excluded, List.of(), List.of()),
                from.getFeedforwardModulesList().isEmpty()
                        ? null
                        : new TargetModules.Names(from.getFeedforwardModulesList()),
                origin));
    }

    private record StandardIa3(@Nullable TargetModules excluded, AdapterConfig.Origin origin)
            implements EngineMethod.Recipe {
        @Override
        public TrainableConfig config(BaseModel base, int steps) {
            return Ia3Config.standard(base.config(), excluded).withOrigin(origin);
        }
    }

    private static BitFitConfig bitFit(BitFitMethod from, AdapterConfig.Origin origin) {
        return new BitFitConfig(
                new ModuleSelection(
                        targets(from.getTargetModulesList(), from.getTargetPattern()),
                        excluded(from.getExcludeModulesList()),
                        from.getLayersToTransformList(),
                        List.of()),
                origin);
    }

    private static MoeConfig moeLora(MoeLoraMethod from, AdapterConfig.Origin origin) {
        return new MoeConfig(
                new MoeConfig.Experts(from.getExperts(), from.getTopK(), from.getBalanceCoefficient()),
                from.getRank(),
                from.getAlpha(),
                new ModuleSelection(
                        targets(from.getTargetModulesList(), from.getTargetPattern()),
                        excluded(from.getExcludeModulesList()),
                        from.getLayersToTransformList(),
                        List.of()),
                from.getDropout(),
                origin);
    }

    private static LoraConfig lora(LoraMethod lora, AdapterConfig.Origin origin) {
        return new LoraConfig(
                new LoraScaling(
                        lora.getRank(),
                        lora.getAlpha(),
                        lora.getRankStabilized(),
                        // The first pattern that matches holds: the order must be the same in every attempt.
                        new TreeMap<>(lora.getRankPatternMap()),
                        new TreeMap<>(lora.getAlphaPatternMap())),
                new ModuleSelection(
                        targets(lora.getTargetModulesList(), lora.getTargetPattern()),
                        excluded(lora.getExcludeModulesList()),
                        lora.getLayersToTransformList(),
                        List.of()),
                lora.getDropout(),
                origin);
    }

    private static TargetModules targets(List<String> modules, String pattern) {
        if (!pattern.isEmpty()) {
            return new TargetModules.Expression(pattern);
        }
        return modules.equals(List.of(ALL_LINEAR))
                ? new TargetModules.AllLinear()
                : new TargetModules.Names(List.copyOf(modules));
    }

    private static @Nullable TargetModules excluded(List<String> modules) {
        return modules.isEmpty() ? null : new TargetModules.Names(List.copyOf(modules));
    }
}
