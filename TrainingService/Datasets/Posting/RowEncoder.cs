using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <summary>
/// A row to what is stored of it: a float32 for each column, as InferenceService encodes rows for a model (NaN where missing, 0 or 1,
/// the index of a category), and the hash of its content, which goes by names and texts and so is the same in every data set.
/// </summary>
internal sealed class RowEncoder
{
    private readonly IReadOnlyList<ColumnSpec> columns;
    private readonly ValueLists values;
    private readonly int[] byName;
    private readonly float[] features;
    private readonly byte[] bytes;
    private readonly byte[] hash = new byte[SHA256.HashSizeInBytes];
    private byte[] canonical = new byte[1024];

    public RowEncoder(IReadOnlyList<ColumnSpec> columns, ValueLists values)
    {
        (this.columns, this.values) = (columns, values);
        byName = [.. Enumerable.Range(0, columns.Count).OrderBy(i => columns[i].Name, StringComparer.Ordinal)];
        features = new float[columns.Count];
        bytes = new byte[columns.Count * sizeof(float)];
    }

    /// <summary>Of the last row. In the memory of the encoder: to be used before the next row.</summary>
    public ReadOnlyMemory<byte> Features => bytes;

    /// <summary>Of the last row's features.</summary>
    public Guid Content { get; private set; }

    /// <summary>False when a value is wrong, which <paramref name="bad"/> is told.</summary>
    public bool Encode(RawRow row, BadRows bad)
    {
        var good = true;
        for (var i = 0; i < columns.Count; i++)
        {
            if (Encode(row.Columns[i], i, out features[i]) is not { } problem)
                continue;
            bad.Add(row, columns[i].Name, problem);
            good = false;
        }
        if (good)
            Finish();
        return good;
    }

    /// <summary>What is wrong with the value; null when nothing is.</summary>
    private string? Encode(in RawValue value, int column, out float encoded)
    {
        encoded = float.NaN;
        if (value.Kind == RawKind.Missing)
            return null;
        if (value.Kind == RawKind.Absent)
            return "The column is not there; null says that the value is missing.";
        switch (columns[column].Type)
        {
            case ColumnType.Number:
                if (!SchemaInference.TryNumber(value, out var number))
                    return "This must be a number.";
                encoded = (float)number + 0f; // -0 is 0
                return float.IsFinite(encoded) ? null : "This must be a finite number that a float32 can hold.";
            case ColumnType.Boolean:
                if (SchemaInference.Truth(value) is not { } truth)
                    return "This must be true or false.";
                encoded = truth ? 1 : 0;
                return null;
            default:
                return value.Kind == RawKind.Text ? EncodeCategory(value.Text!, column, out encoded) : "This must be a string.";
        }
    }

    private string? EncodeCategory(string text, int column, out float encoded)
    {
        var list = values[column];
        var index = list.Find(text);
        encoded = index;
        if (index >= 0)
            return null;
        if (columns[column].Closed)
            return $"'{Shown(text)}' is not one of the column's values.";
        if (text.Length is 0 or > ValueList.MaxLength || text.Contains('\0'))
            return $"A category has 1 to {ValueList.MaxLength} characters, none of them NUL.";
        encoded = list.Add(text);
        return encoded >= 0 ? null : $"The column has {list.Max} categories already; Datasets:MaxCategories allows no more. Is it a category?";
    }

    private void Finish()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Features are stored in little endian.");
        MemoryMarshal.AsBytes(features.AsSpan()).CopyTo(bytes);
        SHA256.HashData(canonical.AsSpan(0, WriteCanonical()), hash);
        Content = new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>By column name: a byte for the type, then float32 or the length and the text. Not the index, which is as the rows came.</summary>
    private int WriteCanonical()
    {
        var at = 0;
        foreach (var column in byName)
        {
            var category = columns[column].Type == ColumnType.Category && features[column] >= 0;
            var text = category ? values[column].Utf8((int)features[column]) : default;
            while (canonical.Length < at + 5 + text.Length)
                Array.Resize(ref canonical, canonical.Length * 2);
            var missing = float.IsNaN(features[column]);
            canonical[at++] = (byte)(missing ? 0 : 1 + (int)columns[column].Type);
            if (missing)
                continue;
            if (category)
            {
                BinaryPrimitives.WriteInt32LittleEndian(canonical.AsSpan(at), text.Length);
                text.CopyTo(canonical.AsSpan(at + 4));
                at += 4 + text.Length;
            }
            else
            {
                BinaryPrimitives.WriteSingleLittleEndian(canonical.AsSpan(at), features[column]);
                at += 4;
            }
        }
        return at;
    }

    /// <summary>As much of a caller's text as an answer repeats.</summary>
    public static string Shown(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(40)]);
}
