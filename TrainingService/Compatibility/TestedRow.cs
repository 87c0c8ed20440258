using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Schema;

namespace TrainingService.Compatibility;

/// <summary>The one row of <c>/model/test</c>: a JSON object, or in the query string, where all values are texts that the columns' types explain.</summary>
internal static class TestedRow
{
    private const string Threshold = "minPrecision";
    private const int MaxBytes = 1 << 20;

    /// <exception cref="ProblemException">400: no row, or twice. 413. 415. 422: names the column that is wrong.</exception>
    public static async Task<JsonObject> ReadAsync(HttpRequest request, DatasetSchema schema, CancellationToken cancellation)
    {
        var hasBody = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;
        var given = request.Query.Where(each => !each.Key.Equals(Threshold, StringComparison.OrdinalIgnoreCase)).ToList();
        if (hasBody && given.Count > 0)
            throw ProblemException.Invalid(given[0].Key, "The row is in the body or in the query string, not in both.");
        var row = hasBody ? await FromBodyAsync(request, cancellation) : FromQuery(given, schema);
        if (row.Count == 0)
            throw ProblemException.Invalid("body", $"Send one row: an object with {string.Join(", ", schema.Columns.Select(column => column.Name))}.");
        if (DatasetSchema.ReservedNames.FirstOrDefault(row.ContainsKey) is { } reserved)
            throw ProblemException.Unusable(reserved, $"'{reserved}' is no feature: leave it out. What is right is told afterwards, with PUT /v1/predictions/{{id}}/feedback.", "bad-row");
        return row;
    }

    private static async Task<JsonObject> FromBodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType())
            throw ProblemException.UnsupportedType("Content-Type", $"'{request.ContentType}' is not accepted here: send application/json.");
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        if (request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBytes;
        try
        {
            return await JsonNode.ParseAsync(request.Body, documentOptions: new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false }, cancellationToken: cancellation) as JsonObject
                ?? throw ProblemException.Invalid("body", "The body must be one row: an object with the features.");
        }
        catch (JsonException e)
        {
            throw ProblemException.Invalid("body", $"The body is not JSON, or has a name twice (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
    }

    private static JsonObject FromQuery(List<KeyValuePair<string, StringValues>> given, DatasetSchema schema)
    {
        var row = new JsonObject();
        foreach (var (name, values) in given)
        {
            if (values.Count != 1)
                throw ProblemException.Invalid(name, $"'{name}' is there {values.Count} times.");
            row[name] = Value(name, values[0] ?? "", schema.Columns.FirstOrDefault(column => column.Name == name)?.Type);
        }
        return row;
    }

    // Without a value it is missing. A name that is no column is InferenceService's to refuse, as in a body.
    private static JsonNode? Value(string name, string text, ColumnType? type) => text.Length == 0 ? null : type switch
    {
        ColumnType.Number => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
            ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)
            : throw Bad(name, "a finite number"),
        ColumnType.Boolean => bool.TryParse(text, out var truth) ? truth : throw Bad(name, "true or false"),
        _ => text,
    };

    private static ProblemException Bad(string name, string expected) => ProblemException.Unusable(name, $"'{name}' must be {expected}.", "bad-row");

    private static ProblemException TooLarge() => ProblemException.TooLarge("body", $"A row has at most {MaxBytes >> 20} MiB.");
}
