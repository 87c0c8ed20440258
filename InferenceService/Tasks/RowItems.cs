using System.Text.Json;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Tasks.Items;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>The rows of an open NDJSON or CSV file.</summary>
/// <param name="next">Index of the next row, where the reader stands.</param>
internal sealed class RowItems(FileStream file, IRowReader rows, int next, Predictor predictor, Patience patience) : ITaskItems
{
    public async Task<IReadOnlyList<string?>> RunNextAsync(ServedModel model, PredictionRun run, int limit, CancellationToken cancellation)
    {
        var ready = new List<(RunItem Item, int Index, JsonElement Row)>(limit);
        for (var count = 0; count < limit && await rows.ReadAsync(cancellation); count++, next++)
        {
            var item = run.Begin($"rows[{next}]");
            try
            {
                ready.Add((item, next, rows.Row(model.Manifest.Columns)));
            }
            catch (ProblemException problem)
            {
                item.Fail(problem);
            }
        }
        await patience.InsistAsync(() => predictor.RunRowsAsync(model, run, ready, cancellation), cancellation);
        return new string?[run.Items.Count];
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
