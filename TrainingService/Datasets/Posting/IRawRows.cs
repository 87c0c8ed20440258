using Intake;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>The rows of an input, in memory one at a time.</summary>
internal interface IRawRows
{
    /// <summary>The columns of the first row, or the header, without what a row says about itself. To be asked before anything is read.</summary>
    /// <exception cref="ProblemException">422: there is none, or it can't be.</exception>
    ValueTask<IReadOnlyList<string>> ReadColumnsAsync(CancellationToken cancellation);

    /// <summary>Moves to the next row; false at the end.</summary>
    /// <exception cref="ProblemException">The input is broken from here on; the message names the line.</exception>
    ValueTask<bool> ReadAsync(CancellationToken cancellation);

    /// <summary>The row by <paramref name="shape"/>; false when it is none, which <paramref name="bad"/> is told.</summary>
    bool Read(RowShape shape, RawRow row, BadRows bad);
}

internal static class RawRows
{
    public static IRawRows Open(PostKind kind, Stream input, IntakeOptions limits)
    {
        input.Position = 0;
        return kind == PostKind.Csv ? new CsvRawRows(CsvReader.Open(input, limits)) : new JsonRawRows(new LineReader(input, limits), hasLines: kind == PostKind.Ndjson);
    }
}

/// <summary>What a post is once it lies on disk: an array became lines, images a zip.</summary>
internal enum PostKind { Csv, Ndjson, JsonArray, Zip }
