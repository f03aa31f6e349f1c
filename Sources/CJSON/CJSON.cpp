#include "CJSON.h"

#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#include <cstring>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

struct json_stream {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

static const char *characters(const void *text) { return text ? static_cast<const char *>(text) : ""; }

json_stream *json_stream_new(void) { return new json_stream; }
void json_stream_free(json_stream *stream) { delete stream; }

void json_start_object(json_stream *stream) { stream->writer.StartObject(); }
void json_end_object(json_stream *stream) { stream->writer.EndObject(); }
void json_start_array(json_stream *stream) { stream->writer.StartArray(); }
void json_end_array(json_stream *stream) { stream->writer.EndArray(); }
void json_key(json_stream *stream, const void *text, size_t count) {
  stream->writer.Key(characters(text), static_cast<rapidjson::SizeType>(count));
}
void json_text(json_stream *stream, const void *text, size_t count) {
  stream->writer.String(characters(text), static_cast<rapidjson::SizeType>(count));
}
void json_escaped_text(json_stream *stream, const void *text, size_t count) {
  // A raw value is copied character by character: only the opening quote goes this way, and the comma in front of it.
  stream->writer.RawValue("\"", 1, rapidjson::kStringType);
  if (count > 0) memcpy(stream->buffer.Push(count), text, count);
  stream->buffer.Put('"');
}
void json_integer(json_stream *stream, int64_t value) { stream->writer.Int64(value); }
void json_bool(json_stream *stream, bool value) { stream->writer.Bool(value); }

const void *json_bytes(json_stream *stream) { return stream->buffer.GetString(); }
size_t json_byte_count(json_stream *stream) { return stream->buffer.GetSize(); }
