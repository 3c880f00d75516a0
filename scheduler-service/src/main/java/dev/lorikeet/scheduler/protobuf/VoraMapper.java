package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.VoraMethod;
import dev.lorikeet.scheduler.request.Vora;

/** VoRA between contract and core. */
final class VoraMapper {
    private VoraMapper() {}

    static Vora toSpec(VoraMethod from) {
        return new Vora(
                new Vora.Picture(from.getImageSize(), from.getPatchSize()),
                from.getRank(),
                from.getAlpha(),
                from.getDropout(),
                from.getTargetModulesList(),
                from.getLayers());
    }

    static VoraMethod toProto(Vora from) {
        return VoraMethod.newBuilder()
                .setImageSize(from.picture().side())
                .setPatchSize(from.picture().patch())
                .setRank(from.rank())
                .setAlpha(from.alpha())
                .setDropout(from.dropout())
                .addAllTargetModules(from.modules())
                .setLayers(from.layers())
                .build();
    }
}
