package dev.lorikeet.engine.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;

/** The safetensors weights of a model folder: one file, or shards named by an index. */
public final class Safetensors {
    /** Name of the only weights file of a folder without an index. */
    public static final String SINGLE = "model.safetensors";

    /** Name of the index of a folder with several weights files. */
    public static final String INDEX = "model.safetensors.index.json";

    private Safetensors() {}

    /**
     * Maps a folder's weights.
     *
     * @throws MalformedFileException if the folder has no safetensors weights, a shard is missing or malformed, or the
     *     index and the shards disagree
     */
    public static TensorStore openFolder(Path folder) throws IOException {
        var files = files(folder);
        if (files.size() == 1 && files.getFirst().endsWith(SINGLE)) {
            return SafetensorsFile.open(files.getFirst());
        }
        return openShards(folder, files);
    }

    /** The weights files of a folder, in the order of their names. */
    public static List<Path> files(Path folder) throws IOException {
        var single = folder.resolve(SINGLE);
        if (Files.exists(single)) {
            return List.of(single);
        }
        var index = folder.resolve(INDEX);
        if (!Files.exists(index)) {
            throw new MalformedFileException(folder, "there is neither " + SINGLE + " nor " + INDEX);
        }
        var names = new java.util.TreeSet<String>();
        for (var field : weightMap(index).properties()) {
            names.add(shardName(index, field.getKey(), field.getValue()));
        }
        return names.stream().map(folder::resolve).toList();
    }

    private static TensorStore openShards(Path folder, List<Path> files) throws IOException {
        var index = folder.resolve(INDEX);
        var shards = new LinkedHashMap<String, SafetensorsFile>();
        var opened = new ArrayList<SafetensorsFile>();
        try {
            for (var file : files) {
                if (!Files.exists(file)) {
                    throw new MalformedFileException(index, "the shard " + file.getFileName() + " is missing");
                }
                var shard = SafetensorsFile.open(file);
                opened.add(shard);
                shards.put(String.valueOf(file.getFileName()), shard);
            }
            var where = new LinkedHashMap<String, SafetensorsFile>();
            for (var field : weightMap(index).properties()) {
                var name = shardName(index, field.getKey(), field.getValue());
                var shard = java.util.Objects.requireNonNull(shards.get(name));
                if (!shard.has(field.getKey())) {
                    throw new MalformedFileException(index, "tensor '" + field.getKey() + "' is not in " + name);
                }
                where.put(field.getKey(), shard);
            }
            var unnamed = new LinkedHashSet<String>();
            for (var shard : opened) {
                shard.tensors().stream()
                        .map(TensorInfo::name)
                        .filter(name -> where.get(name) != shard)
                        .forEach(unnamed::add);
            }
            if (!unnamed.isEmpty()) {
                throw new MalformedFileException(index, "it does not name the shards' tensors " + unnamed);
            }
            return new ShardedTensors(where, opened);
        } catch (IOException | RuntimeException e) {
            opened.forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static JsonNode weightMap(Path index) throws IOException {
        if (Files.size(index) > SafetensorsHeader.LARGEST) {
            throw new MalformedFileException(index, "it is larger than " + SafetensorsHeader.LARGEST + " bytes");
        }
        JsonNode map;
        try {
            map = SafetensorsHeader.MAPPER.readTree(Files.readString(index)).path("weight_map");
        } catch (IOException e) {
            throw new MalformedFileException(index, "not valid JSON: " + SafetensorsHeader.firstLine(e), e);
        }
        if (!map.isObject() || map.isEmpty()) {
            throw new MalformedFileException(index, "it has no weight_map");
        }
        return map;
    }

    private static String shardName(Path index, String tensor, JsonNode value) throws MalformedFileException {
        var name = value.isTextual() ? value.textValue() : "";
        if (!name.matches("[A-Za-z0-9._-]{1,200}\\.safetensors") || name.startsWith(".")) {
            throw new MalformedFileException(index, "tensor '" + tensor + "' is in no file of this folder: " + value);
        }
        return name;
    }
}
