using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrainingService.Datasets.Schema;

/// <summary>What the rows of a data set look like. The values of categories and the classes are apart (<see cref="ValueLists"/>): they grow.</summary>
internal sealed record DatasetSchema(IReadOnlyList<ColumnSpec> Columns, LabelSpec Label)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>What a row says besides its features.</summary>
    public static readonly IReadOnlyList<string> ReservedNames = ["label", "id", "trusted"];

    /// <summary>Images have no columns; their classes are those that come.</summary>
    public static DatasetSchema OfImages { get; } = new([], new LabelSpec(LabelType.MultiClass, Closed: false, Inferred: true, Numeric: false));

    public static string ToJson(DatasetSchema schema) => JsonSerializer.Serialize(schema, Json);

    public static DatasetSchema FromJson(string json) => JsonSerializer.Deserialize<DatasetSchema>(json, Json)!;
}

/// <param name="Closed">The values were given with the schema: another is refused.</param>
internal sealed record ColumnSpec(string Name, ColumnType Type, bool Closed);

/// <param name="Closed">The classes were given with the schema: another is refused.</param>
/// <param name="Inferred">The type was told from the labels themselves and follows them as more come in.</param>
/// <param name="Numeric">The labels are numbers, classes included.</param>
internal sealed record LabelSpec(LabelType Type, bool Closed, bool Inferred, bool Numeric);

internal enum ColumnType { Number, Category, Boolean }

internal enum LabelType { Binary, MultiClass, Number }
