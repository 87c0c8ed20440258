using Microsoft.Net.Http.Headers;

namespace Intake;

/// <summary>What a body, or one file of a form, is.</summary>
public enum InputType { Unknown, Undeclared, Form, Image, Zip, Ndjson, Csv, Json }

public static class InputTypes
{
    /// <param name="fileName">Decides where the type says nothing.</param>
    public static InputType Of(string? contentType, string? fileName)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
            return string.IsNullOrEmpty(contentType) ? OfName(fileName) : InputType.Unknown;
        return type.MediaType.ToString().ToLowerInvariant() switch
        {
            "multipart/form-data" => InputType.Form,
            "application/zip" or "application/x-zip-compressed" or "application/x-zip" => InputType.Zip,
            "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "application/x-jsonlines" => InputType.Ndjson,
            "text/csv" or "application/csv" => InputType.Csv,
            "application/json" => InputType.Json,
            "application/octet-stream" or "text/plain" => OfName(fileName),
            var image when image.StartsWith("image/", StringComparison.Ordinal) => InputType.Image,
            _ => InputType.Unknown,
        };
    }

    /// <summary>By its first bytes, for what nobody has declared.</summary>
    public static InputType OfContent(ReadOnlySpan<byte> head) => head.StartsWith("PK"u8) ? InputType.Zip : InputType.Image;

    private static InputType OfName(string? fileName) => Path.GetExtension(fileName)?.ToLowerInvariant() switch
    {
        ".zip" => InputType.Zip,
        ".ndjson" or ".jsonl" => InputType.Ndjson,
        ".csv" => InputType.Csv,
        ".json" => InputType.Json,
        _ => InputType.Undeclared,
    };
}
