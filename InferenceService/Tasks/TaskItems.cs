using System.Buffers;
using System.Text.Json;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Tasks.Items;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>An open input that gives its items to the engine, chunk by chunk.</summary>
internal interface ITaskItems : IAsyncDisposable
{
    /// <summary>Runs the next items. None: the input is at its end.</summary>
    /// <returns>Their names, where they have any.</returns>
    /// <exception cref="ProblemException">The input is broken here, or the model's queue had no room (503).</exception>
    Task<IReadOnlyList<string?>> RunNextAsync(ServedModel model, PredictionRun run, int limit, CancellationToken cancellation);
}

/// <summary>Opens inputs at the item where work goes on.</summary>
internal sealed class TaskItems(
    TaskInputs inputs, Predictor predictor, UploadBudget budget, IOptions<TaskOptions> options, IOptions<PredictionOptions> predictions, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly long maxChunkBytes = options.Value.MaxChunkBytes;

    public async Task<ITaskItems> OpenAsync(TaskLease task, CancellationToken cancellation)
    {
        var file = await inputs.OpenAsync(task, cancellation);
        try
        {
            if (task.Kind == InputKind.Zip)
                return new Images(this, file, ZipImages.Open(file, options.Value), task.Done);
            var rows = RowReaders.Open(task.Kind, file, options.Value);
            await rows.SkipAsync(task.Done, cancellation);
            return new Rows(this, file, rows, task.Done);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>As often as it takes while the engine is full: a task has time.</summary>
    private async Task InsistAsync(Func<Task> attempt, CancellationToken cancellation)
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

    private sealed class Rows(TaskItems items, FileStream file, IRowReader rows, int next) : ITaskItems
    {
        public async Task<IReadOnlyList<string?>> RunNextAsync(ServedModel model, PredictionRun run, int limit, CancellationToken cancellation)
        {
            var ready = new List<(RunItem, int, JsonElement)>(limit);
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
            await items.InsistAsync(() => items.RunAsync(model, run, ready, cancellation), cancellation);
            return new string?[run.Items.Count];
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }

    private Task RunAsync(ServedModel model, PredictionRun run, List<(RunItem, int, JsonElement)> rows, CancellationToken cancellation)
    {
        foreach (var (item, _, _) in rows)
            item.TryAgain();
        return predictor.RunRowsAsync(model, run, rows, cancellation);
    }

    private sealed class Images(TaskItems items, FileStream file, ZipImages zip, int next) : ITaskItems
    {
        public async Task<IReadOnlyList<string?>> RunNextAsync(ServedModel model, PredictionRun run, int limit, CancellationToken cancellation)
        {
            var names = new List<string?>();
            var running = new List<Task>();
            try
            {
                for (var bytes = 0L; names.Count < limit && next < zip.Count && bytes < items.maxChunkBytes; next++)
                {
                    names.Add(zip.NameOf(next));
                    var item = run.Begin("file");
                    if (await ReadAsync(item, cancellation) is not { } image)
                        continue;
                    bytes += image.Bytes.Length;
                    running.Add(Task.Run(() => items.RunAsync(model, run, image, item, cancellation), CancellationToken.None));
                }
            }
            finally
            {
                await Task.WhenAll(running); // they hold buffers and the model
            }
            return names;
        }

        public async ValueTask DisposeAsync()
        {
            zip.Dispose();
            await file.DisposeAsync();
        }

        /// <summary>Null: it can't be read, which is the item's problem.</summary>
        private async Task<UploadedImage?> ReadAsync(RunItem item, CancellationToken cancellation)
        {
            try
            {
                UploadedImage? image = null;
                await items.InsistAsync(async () => image = await items.ReadAsync(zip, next, cancellation), cancellation);
                return image;
            }
            catch (ProblemException problem)
            {
                item.Fail(problem);
                return null;
            }
        }
    }

    private async Task<UploadedImage> ReadAsync(ZipImages zip, int index, CancellationToken cancellation)
    {
        var (bytes, limit) = (zip.BytesOf(index), predictions.Value.MaxImageBytes);
        if (bytes == 0)
            throw ProblemException.Invalid("file", "The file is empty.");
        if (bytes > limit)
            throw ProblemException.TooLarge("file", $"An image may have at most {limit >> 20} MB.");
        var buffer = ArrayPool<byte>.Shared.Rent((int)bytes);
        try
        {
            budget.Take(buffer.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
        var image = new UploadedImage("file", null, buffer, (int)bytes, budget);
        try
        {
            await zip.ReadAsync(index, buffer.AsMemory(0, (int)bytes), cancellation);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private async Task RunAsync(ServedModel model, PredictionRun run, UploadedImage image, RunItem item, CancellationToken cancellation)
    {
        using (image)
        {
            while (true)
            {
                item.TryAgain();
                await predictor.RunImageAsync(model, run, image, item, cancellation);
                if (item.Problem?.Status != StatusCodes.Status503ServiceUnavailable)
                    return;
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }
}
