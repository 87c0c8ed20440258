using System.Text.Json;
using InferenceService.Models;
using Intake;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Items;

/// <summary>Rows of an input, one after the other, in memory one at a time.</summary>
internal interface IRowReader
{
    /// <summary>Moves to the next row; false at the end.</summary>
    /// <exception cref="ProblemException">The input is broken from this line on, which the message names.</exception>
    ValueTask<bool> ReadAsync(CancellationToken cancellation);

    /// <summary>The row as an object with the model's columns.</summary>
    /// <exception cref="ProblemException">This row is wrong; the next one may be right.</exception>
    JsonElement Row(IReadOnlyList<ColumnSpec> columns);
}

internal static class RowReaders
{
    public static IRowReader Open(InputKind kind, Stream input, TaskOptions options) => kind == InputKind.Csv
        ? new CsvRows(CsvReader.Open(input, options))
        : new NdjsonRows(new LineReader(input, options));

    /// <exception cref="ProblemException">The input is broken or ends before that.</exception>
    public static async Task SkipAsync(this IRowReader rows, int count, CancellationToken cancellation)
    {
        for (var i = 0; i < count; i++)
        {
            if (!await rows.ReadAsync(cancellation))
                throw ProblemException.Unusable("body", $"The input ends after {i} rows.", "input-changed");
        }
    }
}
