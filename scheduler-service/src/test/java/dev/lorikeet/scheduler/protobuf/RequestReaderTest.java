package dev.lorikeet.scheduler.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.scheduler.protobuf.RequestReader.Unreadable;
import dev.lorikeet.scheduler.request.Violation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RequestReaderTest {
    private static RequestReader.Read<TrainingRequest> json(String body) throws Unreadable {
        return RequestReader.read(
                TrainingRequest.getDefaultInstance(), body.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    @Test
    void bothSpellingsOfNamesAreRead() throws Unreadable {
        assertThat(json("{\"baseModel\":\"a\",\"dataset_uri\":\"b\"}"))
                .isEqualTo(new RequestReader.Read<>(
                        TrainingRequest.newBuilder()
                                .setBaseModel("a")
                                .setDatasetUri("b")
                                .build(),
                        java.util.List.of()));
    }

    @Test
    void jsonAndProtobufOfTheSameWishHaveTheSameDigest() throws Unreadable {
        TrainingRequest fromJson =
                json("{\"metadata\":{\"b\":\"2\",\"a\":\"1\"},\"adapter\":\"x\",\"idempotencyKey\":\"one\"}")
                        .message();
        TrainingRequest fromBytes = RequestReader.read(
                        TrainingRequest.getDefaultInstance(),
                        TrainingRequest.newBuilder()
                                .setAdapter("x")
                                .putMetadata("a", "1")
                                .putMetadata("b", "2")
                                .setIdempotencyKey("two")
                                .build()
                                .toByteArray(),
                        RequestReader.PROTOBUF)
                .message();

        assertThat(RequestMapper.contentSha256(fromJson)).isEqualTo(RequestMapper.contentSha256(fromBytes));
    }

    @Test
    void labelsKeepTheirOrderBothWays() throws Unreadable {
        TrainingRequest request =
                json("{\"adapter\":\"x\",\"labels\":[\"b\",\"a\"]}").message();

        assertThat(RequestMapper.toSpec(request).terms().labels()).containsExactly("b", "a");
        assertThat(RequestMapper.toProto(RequestMapper.toSpec(request)).getLabelsList())
                .containsExactly("b", "a");
    }

    @Test
    void unknownFieldsAreNamed() throws Unreadable {
        assertThat(json("{\"adapter\":\"x\",\"metadata\":{\"anything\":\"1\"},\"method\":{\"dora\":{}}}")
                        .unknown())
                .extracting(Violation::field)
                .containsExactly("method.dora");
    }

    @Test
    void everythingElseIsUnreadable() {
        for (String body : new String[] {
            "",
            "nonsense",
            "[]",
            "\"text\"",
            "{\"adapter\":",
            "{\"priority\":\"many\"}",
            "null",
            "[".repeat(100_000),
            "{\"datasetUri\":\"a\",\"inlineExamples\":{}}"
        }) {
            assertThatThrownBy(() -> json(body))
                    .as(body.substring(0, Math.min(40, body.length())))
                    .isInstanceOf(Unreadable.class);
        }
        assertThatThrownBy(() -> RequestReader.read(
                        TrainingRequest.getDefaultInstance(), new byte[] {(byte) 0xff}, RequestReader.PROTOBUF))
                .isInstanceOf(Unreadable.class);
    }
}
