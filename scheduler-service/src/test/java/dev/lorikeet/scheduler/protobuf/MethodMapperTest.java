package dev.lorikeet.scheduler.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.lorikeet.proto.training.v1.Hyperparameters;
import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodMapperTest {
    /** Every kind, each with every field set to something, oneofs to their first. */
    private static List<Method> methods() {
        return Method.getDescriptor().getOneofs().getFirst().getFields().stream()
                .map(kind -> {
                    Method.Builder method = Method.newBuilder();
                    return method.setField(kind, filled(method.newBuilderForField(kind)))
                            .build();
                })
                .toList();
    }

    private static Message filled(Message.Builder message) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isMapField()) {
                MapEntry.Builder<?, ?> entry = (MapEntry.Builder<?, ?>) message.newBuilderForField(field);
                message.addRepeatedField(field, filled(entry));
            } else if (field.isRepeated()) {
                message.addRepeatedField(field, value(message, field));
            } else {
                message.setField(field, value(message, field));
            }
        }
        return message.build();
    }

    private static Object value(Message.Builder message, FieldDescriptor field) {
        int number = 2 + field.getNumber();
        return switch (field.getJavaType()) {
            case INT -> number;
            case LONG -> (long) number;
            case FLOAT -> (float) number;
            case DOUBLE -> number + 0.5;
            case BOOLEAN -> true;
            case STRING -> field.getName() + number;
            case ENUM -> field.getEnumType().getValues().getLast();
            case MESSAGE -> filled(message.newBuilderForField(field));
            case BYTE_STRING -> throw new AssertionError(field);
        };
    }

    @Test
    void everyFieldOfEveryMethodSurvivesTheJournal() {
        assertThat(methods())
                .isNotEmpty()
                .allSatisfy(method -> assertThat(MethodMapper.toProto(MethodMapper.toSpec(method)))
                        .isEqualTo(method));
    }

    @Test
    void everyHyperparameterSurvivesTheJournal() {
        TrainingRequest.Builder request = TrainingRequest.newBuilder();
        request.setDatasetUri("datasets/x").setMethod(methods().getFirst()).setHyperparameters((Hyperparameters)
                filled(Hyperparameters.newBuilder()));

        assertThat(RequestMapper.toProto(RequestMapper.toSpec(request.build())).getHyperparameters())
                .isEqualTo(request.getHyperparameters());
    }

    @Test
    void methodsAreCalledAsTheContractCallsThem() {
        assertThat(methods())
                .isNotEmpty()
                .allSatisfy(method -> assertThat(MethodMapper.toSpec(method).field())
                        .isEqualTo(Method.getDescriptor()
                                .findFieldByNumber(method.getKindCase().getNumber())
                                .getName()));
    }

    @Test
    void whatIsResolvedStaysAsItIs() {
        assertThat(methods()).isNotEmpty().allSatisfy(method -> {
            var unset = MethodMapper.toSpec(Method.newBuilder()
                    .setField(
                            Method.getDescriptor()
                                    .findFieldByNumber(method.getKindCase().getNumber()),
                            Method.newBuilder()
                                    .newBuilderForField(Method.getDescriptor()
                                            .findFieldByNumber(
                                                    method.getKindCase().getNumber()))
                                    .build())
                    .build());

            assertThat(unset.resolved(Training.UNSET).resolved(Training.UNSET))
                    .isEqualTo(unset.resolved(Training.UNSET));
            assertThat(MethodMapper.toSpec(MethodMapper.toProto(unset.resolved(Training.UNSET))))
                    .isEqualTo(unset.resolved(Training.UNSET));
        });
    }
}
