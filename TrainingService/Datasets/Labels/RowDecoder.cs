using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Labels;

/// <summary>Stored rows to what was sent: the other way round of <see cref="Posting.RowEncoder"/>.</summary>
internal sealed class RowDecoder(DatasetSchema schema, ValueLists values)
{
    public void WriteFeatures(Utf8JsonWriter json, ReadOnlySpan<byte> features)
    {
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            json.WritePropertyName(schema.Columns[i].Name);
            var value = At(features, i);
            if (float.IsNaN(value))
                json.WriteNullValue();
            else if (schema.Columns[i].Type == ColumnType.Number)
                json.WriteNumberValue(value);
            else if (schema.Columns[i].Type == ColumnType.Boolean)
                json.WriteBooleanValue(value != 0);
            else
                json.WriteStringValue(values[i].All[(int)value]);
        }
    }

    /// <summary>A number where labels are, else a text; null where there is none.</summary>
    public void WriteLabel(Utf8JsonWriter json, string? label)
    {
        if (label is null)
            json.WriteNull("label");
        else if (schema.Label.Numeric)
            json.WriteNumber("label", double.Parse(label, CultureInfo.InvariantCulture));
        else
            json.WriteString("label", label);
    }

    /// <summary>A record of CSV, with its line end.</summary>
    public void WriteCsv(StringBuilder csv, in StoredLabel row)
    {
        csv.Append(row.Id);
        AppendField(csv, row.Label ?? "");
        csv.Append(row.Trusted ? ",true" : ",false");
        if (row.Image is { } image)
            csv.Append(',').Append(Convert.ToHexStringLower(image));
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            var value = At(row.Features, i);
            if (float.IsNaN(value))
                csv.Append(',');
            else if (schema.Columns[i].Type == ColumnType.Number)
                csv.Append(CultureInfo.InvariantCulture, $",{value:R}");
            else if (schema.Columns[i].Type == ColumnType.Boolean)
                csv.Append(value != 0 ? ",true" : ",false");
            else
                AppendField(csv, values[i].All[(int)value]);
        }
        csv.Append('\n');
    }

    public string CsvHeader(bool images)
    {
        var csv = new StringBuilder("id,label,trusted");
        if (images)
            csv.Append(",sha256");
        foreach (var column in schema.Columns)
            AppendField(csv, column.Name);
        return csv.Append('\n').ToString();
    }

    private static float At(ReadOnlySpan<byte> features, int column) => BinaryPrimitives.ReadSingleLittleEndian(features[(column * sizeof(float))..]);

    private static void AppendField(StringBuilder csv, string text)
    {
        csv.Append(',');
        if (text.AsSpan().IndexOfAny(",\"\r\n") < 0)
            csv.Append(text);
        else
            csv.Append('"').Append(text).Replace("\"", "\"\"", csv.Length - text.Length, text.Length).Append('"');
    }
}
