package dev.lorikeet.engine.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Everything before a GGUF file's data, checked against the file's length: no count, length or range in it is believed.
 *
 * <p>Source: docs/gguf.md of ggml. All numbers are little endian.
 *
 * @param metadata key-value pairs
 * @param tensors in the file's order, ranges counted from the start of the file
 */
record GgufHeader(GgufMetadata metadata, List<Tensor> tensors) {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final int MOST_DIMENSIONS = 4;
    private static final int DEEPEST_ARRAY = 4;

    /** A tensor as the file names and stores it. The shape is outermost first. */
    record Tensor(String name, GgufType type, List<Long> shape, long begin, long bytes) {
        /** Elements of the innermost dimension; a scalar has a row of one. */
        long rowElements() {
            return shape.isEmpty() ? 1 : shape.getLast();
        }
    }

    static GgufHeader parse(Path file, MemorySegment bytes) throws MalformedFileException {
        return new Cursor(file, bytes).header();
    }

    /** Reads forward through the mapped file, never beyond its end. */
    private static final class Cursor {
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final Path file;
        private final MemorySegment bytes;
        private long at;

        Cursor(Path file, MemorySegment bytes) {
            this.file = file;
            this.bytes = bytes;
        }

        GgufHeader header() throws MalformedFileException {
            if (bytes.byteSize() < 24 || integer() != MAGIC) {
                throw malformed("it does not begin with GGUF: not a GGUF file");
            }
            int version = integer();
            if (version != 2 && version != 3) {
                throw malformed(
                        Integer.reverseBytes(version) <= 3 && version != 1
                                ? "it is a big-endian GGUF file; only little endian is read"
                                : "GGUF version " + Integer.toUnsignedString(version) + " is not read; 2 and 3 are");
            }
            // A tensor takes at least 8 + 4 + 4 + 8 bytes, a pair 8 + 4 + 1: larger counts are lies.
            long tensorCount = count("tensors", 24);
            long pairCount = count("metadata pairs", 13);
            var values = new LinkedHashMap<String, Object>();
            for (long i = 0; i < pairCount; i++) {
                var key = text();
                var value = value(integer(), 0);
                if (values.put(key, value) != null) {
                    throw malformed("the metadata key '" + key + "' appears twice");
                }
            }
            var metadata = new GgufMetadata(file, values);
            return new GgufHeader(metadata, tensors(tensorCount, metadata));
        }

        private List<Tensor> tensors(long tensorCount, GgufMetadata metadata) throws MalformedFileException {
            int alignment = metadata.integer("general.alignment", 32);
            if (alignment < 1 || Integer.bitCount(alignment) != 1 || alignment > 1 << 20) {
                throw malformed("general.alignment " + alignment + " is not a power of two");
            }
            var relative = new ArrayList<Tensor>();
            var names = new HashSet<String>();
            for (long i = 0; i < tensorCount; i++) {
                var tensor = tensor(alignment);
                if (!names.add(tensor.name())) {
                    throw malformed("tensor '" + tensor.name() + "' appears twice");
                }
                relative.add(tensor);
            }
            long data = (at + alignment - 1) / alignment * alignment;
            var tensors = new ArrayList<Tensor>();
            for (var tensor : relative) {
                if (data > bytes.byteSize()
                        || tensor.begin() > bytes.byteSize() - data
                        || tensor.bytes() > bytes.byteSize() - data - tensor.begin()) {
                    throw malformed("tensor '" + tensor.name() + "' reaches beyond the end of the file (truncated?)");
                }
                tensors.add(new Tensor(
                        tensor.name(), tensor.type(), tensor.shape(), data + tensor.begin(), tensor.bytes()));
            }
            refuseOverlaps(tensors);
            return List.copyOf(tensors);
        }

        private void refuseOverlaps(List<Tensor> tensors) throws MalformedFileException {
            var sorted = new ArrayList<>(tensors);
            sorted.sort(Comparator.comparingLong(Tensor::begin));
            for (int i = 1; i < sorted.size(); i++) {
                var before = sorted.get(i - 1);
                if (before.begin() + before.bytes() > sorted.get(i).begin()) {
                    throw malformed("tensors '" + before.name() + "' and '"
                            + sorted.get(i).name() + "' overlap");
                }
            }
        }

        private Tensor tensor(int alignment) throws MalformedFileException {
            var name = text();
            if (name.isEmpty()) {
                throw malformed("a tensor has no name");
            }
            int dimensions = integer();
            if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
                throw malformed("tensor '" + name + "' has " + Integer.toUnsignedString(dimensions) + " dimensions");
            }
            var shape = new ArrayList<Long>();
            for (int i = 0; i < dimensions; i++) {
                // The file names the innermost first.
                shape.addFirst(whole());
            }
            int typeId = integer();
            var type = GgufType.numbered(typeId)
                    .orElseThrow(() -> malformed("tensor '" + name + "' is stored as ggml type "
                            + Integer.toUnsignedString(typeId) + ", which is not read"));
            long offset = whole();
            if (offset < 0 || offset % alignment != 0) {
                throw malformed("tensor '" + name + "' begins at " + offset + ", not a multiple of " + alignment);
            }
            TensorInfo info;
            try {
                info = new TensorInfo(name, DType.F32, shape);
            } catch (IllegalArgumentException e) {
                throw new MalformedFileException(file, String.valueOf(e.getMessage()), e);
            }
            long row = shape.isEmpty() ? 1 : shape.getLast();
            if (row % type.blockElements() != 0) {
                throw malformed(
                        "tensor '" + name + "' has rows of " + row + ", no whole number of " + type + " blocks");
            }
            return new Tensor(
                    name, type, List.copyOf(shape), offset, info.elements() / type.blockElements() * type.blockBytes());
        }

        private Object value(int type, int depth) throws MalformedFileException {
            return switch (type) {
                case 0 -> (long) (small(1) & 0xff);
                case 1 -> (long) (byte) small(1);
                case 2 -> (long) (small(2) & 0xffff);
                case 3 -> (long) (short) small(2);
                case 4 -> Integer.toUnsignedLong(integer());
                case 5 -> (long) integer();
                case 6 -> (double) Float.intBitsToFloat(integer());
                case 7 -> small(1) != 0;
                case 8 -> text();
                case 9 -> array(depth + 1);
                case 10 -> whole();
                case 11 -> longInteger();
                case 12 -> Double.longBitsToDouble(longInteger());
                default -> throw malformed("a metadata value has the unknown type " + Integer.toUnsignedString(type));
            };
        }

        private List<Object> array(int depth) throws MalformedFileException {
            if (depth > DEEPEST_ARRAY) {
                throw malformed("metadata arrays are nested too deep");
            }
            int type = integer();
            long length = count("array elements", elementBytes(type));
            var list = new ArrayList<Object>();
            for (long i = 0; i < length; i++) {
                list.add(value(type, depth));
            }
            return list;
        }

        private static int elementBytes(int type) {
            return switch (type) {
                case 2, 3 -> 2;
                case 4, 5, 6 -> 4;
                case 8, 10, 11, 12 -> 8;
                case 9 -> 12;
                default -> 1;
            };
        }

        private long count(String what, int leastBytes) throws MalformedFileException {
            long count = longInteger();
            if (count < 0 || count > (bytes.byteSize() - at) / leastBytes) {
                throw malformed("it claims " + Long.toUnsignedString(count) + " " + what + ", more than it can hold");
            }
            return count;
        }

        private String text() throws MalformedFileException {
            long length = count("bytes of a string", 1);
            var raw = new byte[(int) Math.min(length, Integer.MAX_VALUE - 8)];
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, raw, 0, raw.length);
            at += length;
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(raw))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new MalformedFileException(file, "a string of its metadata is not UTF-8", e);
            }
        }

        private int small(int length) throws MalformedFileException {
            need(length);
            int value = bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
            if (length == 2) {
                value |= bytes.get(ValueLayout.JAVA_BYTE, at + 1) << 8;
            }
            at += length;
            return value;
        }

        private int integer() throws MalformedFileException {
            need(4);
            int value = bytes.get(INT, at);
            at += 4;
            return value;
        }

        private long longInteger() throws MalformedFileException {
            need(8);
            long value = bytes.get(LONG, at);
            at += 8;
            return value;
        }

        /** An unsigned 64-bit number that fits a long. */
        private long whole() throws MalformedFileException {
            long value = longInteger();
            if (value < 0) {
                throw malformed("a number is out of range: " + Long.toUnsignedString(value));
            }
            return value;
        }

        private void need(int length) throws MalformedFileException {
            if (length > bytes.byteSize() - at) {
                throw malformed("it ends in the middle of its header (truncated?)");
            }
        }

        private MalformedFileException malformed(String reason) {
            return new MalformedFileException(file, reason);
        }
    }
}
