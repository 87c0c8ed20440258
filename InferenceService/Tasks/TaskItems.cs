using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Tasks.Items;
using Intake;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>An open input that gives its items to the engine, chunk by chunk.</summary>
internal interface ITaskItems : IAsyncDisposable
{
    /// <summary>Runs the next items. None: the input is at its end.</summary>
    /// <returns>Their names, where they have any.</returns>
    /// <exception cref="ProblemException">The input is broken here.</exception>
    Task<IReadOnlyList<string?>> RunNextAsync(ServedModel model, PredictionRun run, int limit, CancellationToken cancellation);
}

/// <summary>Opens inputs at the item where work goes on.</summary>
internal sealed class TaskItems(
    TaskInputs inputs, Predictor predictor, UploadBudget budget, IOptions<TaskOptions> options, IOptions<PredictionOptions> predictions, TimeProvider time)
{
    public async Task<ITaskItems> OpenAsync(TaskLease task, CancellationToken cancellation)
    {
        var patience = new Patience(time);
        var file = await inputs.OpenAsync(task, cancellation);
        try
        {
            if (task.Kind == InputKind.Zip)
                return new ImageItems(file, ZipImages.Open(file, options.Value), task.Done, predictor, budget, patience, predictions.Value.MaxImageBytes, options.Value.MaxChunkBytes);
            var rows = RowReaders.Open(task.Kind, file, options.Value);
            await rows.SkipAsync(task.Done, cancellation);
            return new RowItems(file, rows, task.Done, predictor, patience);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}

/// <summary>What a task has and a caller has not: while the engine is full it tries again, as often as it takes.</summary>
internal sealed class Patience(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task InsistAsync(Func<Task> attempt, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (ProblemException problem) when (problem.Status == StatusCodes.Status503ServiceUnavailable)
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }
}
