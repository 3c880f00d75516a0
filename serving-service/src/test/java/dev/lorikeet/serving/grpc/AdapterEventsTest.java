package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.proto.adapter.v1.AdapterEvent;
import dev.lorikeet.proto.adapter.v1.AliasTarget;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterRequest;
import dev.lorikeet.proto.adapter.v1.DeleteVersionRequest;
import dev.lorikeet.proto.adapter.v1.ListVersionsRequest;
import dev.lorikeet.proto.adapter.v1.SetAliasRequest;
import dev.lorikeet.proto.adapter.v1.Version;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.registry.proto.AdapterMessages;
import dev.lorikeet.serving.tiny.TinyAdapter;
import dev.lorikeet.tenancy.AdapterName;
import io.grpc.Status;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What events do to the service, and which events it sends. */
@QuarkusTest
class AdapterEventsTest extends ServiceFixture {
    @Test
    void eventOnKafkaSwapsTheRevision() throws Exception {
        AdapterName name = new AdapterName("swapped");
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 1);
        assertThat(acme.generate(prompt("swapped", "hi", 2)).getAdapter().getVersion())
                .isEqualTo(1);
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 2);
        assertThat(acme.generate(prompt("swapped", "hi", 2)).getAdapter().getVersion())
                .isEqualTo(1);

        send(AdapterMessages.event(adapters.state(Surroundings.ACME, name), Instant.now()));

        eventually(() -> acme.generate(prompt("swapped", "hi", 2)).getAdapter().getVersion() == 2);
        assertThat(acme.generate(prompt("swapped@1", "hi", 2)).getAdapter().getVersion())
                .isEqualTo(1);
    }

    @Test
    void aliasesAndVersionsAreManagedAndAnnounced() throws Exception {
        AdapterName name = new AdapterName("managed");
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 1);
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 2);
        assertThat(acmeAdapters
                        .listVersions(ListVersionsRequest.newBuilder()
                                .setAdapter("managed")
                                .build())
                        .getVersionsList())
                .extracting(Version::getNumber)
                .containsExactly(2L, 1L);

        acmeAdapters.setAlias(SetAliasRequest.newBuilder()
                .setAdapter("managed")
                .setAlias("production")
                .addTargets(AliasTarget.newBuilder().setVersion(1).setWeight(1))
                .build());
        assertThat(acme.generate(prompt("managed", "hi", 1)).getAdapter().getVersion())
                .isEqualTo(1);
        assertThat(failure(() -> acmeAdapters.deleteVersion(DeleteVersionRequest.newBuilder()
                        .setAdapter("managed")
                        .setVersion(1)
                        .build())))
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(failure(() -> acmeAdapters.setAlias(SetAliasRequest.newBuilder()
                        .setAdapter("managed")
                        .setAlias("production")
                        .addTargets(AliasTarget.newBuilder().setVersion(2).setWeight(1))
                        .setExpectedGeneration(7)
                        .build())))
                .isEqualTo(Status.Code.ABORTED);
        acmeAdapters.deleteVersion(DeleteVersionRequest.newBuilder()
                .setAdapter("managed")
                .setVersion(2)
                .build());
        assertThat(failure(() -> acme.generate(prompt("managed@2", "hi", 1)))).isEqualTo(Status.Code.NOT_FOUND);
        acmeAdapters.deleteAdapter(
                DeleteAdapterRequest.newBuilder().setAdapter("managed").build());
        assertThat(failure(() -> acme.generate(prompt("managed", "hi", 1)))).isEqualTo(Status.Code.NOT_FOUND);

        AdapterEvent.Builder last = AdapterEvent.newBuilder();
        JsonFormat.parser().merge(await("lorikeet.adapter.events", "acme/managed", "\"deleted\":true"), last);
        assertThat(last.getDeleted()).isTrue();
    }

    @Test
    void finishedInferenceIsMetered() throws Exception {
        TinyAdapter.publish(adapters, Surroundings.GLOBEX, new AdapterName("metered"), base, 1);
        GenerateResponse answer = globex.generate(prompt("metered", "hi", 3));

        assertThat(await("lorikeet.usage.events", "globex", "\"adapter\":\"metered\""))
                .contains(
                        "\"tenant\":\"globex\"",
                        "\"version\":1",
                        "\"completionTokens\":3",
                        "\"promptTokens\":" + answer.getUsage().getPromptTokens());
    }

    private void send(AdapterEvent event) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(
                            "lorikeet.adapter.events",
                            event.getTenant() + "/" + event.getAdapter(),
                            JsonFormat.printer().print(event)))
                    .get();
        }
    }

    /** The value of the first record with this key whose value holds this text. */
    private String await(String topic, String key, String part) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().equals(key)
                            && record.value().replace(" ", "").contains(part)) {
                        return record.value().replace(" ", "");
                    }
                }
            }
        }
    }
}
