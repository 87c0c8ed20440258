using InferenceService.Models;
using InferenceService.Tasks.Items;
using Intake;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Intake;

/// <summary>Reads an input through once: how many items, and whether all of it can be read.</summary>
internal static class InputCheck
{
    /// <exception cref="ProblemException">413 or 422 that says where; 400 when there is no item at all.</exception>
    public static async Task<int> CountAsync(InputKind kind, Stream input, ModelManifest manifest, TaskOptions options, CancellationToken cancellation)
    {
        var total = kind == InputKind.Zip ? CountImages(input, options) : await CountRowsAsync(kind, input, manifest, options, cancellation);
        return total > 0 ? total : throw ProblemException.Invalid("body", kind == InputKind.Zip ? "The zip has no files." : "There are no rows.");
    }

    private static int CountImages(Stream input, TaskOptions options)
    {
        if (input.Length == 0)
            throw ProblemException.Invalid("body", "The body is empty.");
        using var zip = ZipImages.Open(input, options);
        return zip.Count;
    }

    private static async Task<int> CountRowsAsync(InputKind kind, Stream input, ModelManifest manifest, TaskOptions options, CancellationToken cancellation)
    {
        if (input.Length == 0)
            throw ProblemException.Invalid("body", "The body is empty.");
        var rows = RowReaders.Open(kind, input, options);
        if (rows is CsvRows csv)
            await csv.CheckHeaderAsync(manifest.Columns, cancellation);
        var total = 0;
        while (await rows.ReadAsync(cancellation))
        {
            if (++total > options.MaxRows)
                throw ProblemException.TooLarge("body", $"At most {options.MaxRows} rows fit in one task (Tasks:MaxRows).");
        }
        return total;
    }
}
