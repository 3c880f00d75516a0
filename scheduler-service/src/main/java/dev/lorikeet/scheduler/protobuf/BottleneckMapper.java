package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.BottleneckMethod;
import dev.lorikeet.proto.training.v1.Placement;
import dev.lorikeet.scheduler.request.Bottleneck;

/** Bottleneck adapters between contract and core. */
final class BottleneckMapper {
    private BottleneckMapper() {}

    static Bottleneck toSpec(BottleneckMethod from) {
        return new Bottleneck(
                switch (from.getPlacement()) {
                    case PLACEMENT_UNSPECIFIED -> Bottleneck.Placement.UNSET;
                    case PLACEMENT_HOULSBY -> Bottleneck.Placement.HOULSBY;
                    case PLACEMENT_PFEIFFER -> Bottleneck.Placement.PFEIFFER;
                    case UNRECOGNIZED -> Bottleneck.Placement.UNKNOWN;
                },
                from.getSize());
    }

    static BottleneckMethod toProto(Bottleneck from) {
        return BottleneckMethod.newBuilder()
                .setPlacement(
                        switch (from.placement()) {
                            case UNSET, UNKNOWN -> Placement.PLACEMENT_UNSPECIFIED;
                            case HOULSBY -> Placement.PLACEMENT_HOULSBY;
                            case PFEIFFER -> Placement.PLACEMENT_PFEIFFER;
                        })
                .setSize(from.size())
                .build();
    }
}
