using System.Security.Cryptography;
using System.Text.Json;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using TrainingService.Datasets.Statistics;

namespace TrainingService.Datasets.Posting;

/// <summary>In front of the handler: fetches past predictions' inputs, rows to disk and images to the data set's owner, before any transaction is open.</summary>
internal sealed class PredictionIntake(PostSpool spool, PredictionsClient predictions, ImageIntake images, ImageStore store) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (http, cancellation) = (context.HttpContext, context.HttpContext.RequestAborted);
        var db = http.RequestServices.GetRequiredService<TrainingDb>();
        var dataset = await db.Datasets.AsNoTracking().FindAsync((string)http.GetRouteValue("dataset")!, http.User, cancellation);
        var filter = context.Arguments.OfType<PredictionFilter>().Single();
        filter.Check();

        var authorization = http.Request.Headers.Authorization.ToString();
        var items = await predictions.FindAsync(filter, authorization, cancellation);
        if (filter.MinDrift is { } least)
            items = await FarthestAsync(dataset, items, least, http, cancellation);
        items = [.. items.Take(filter.Count)];
        await using var post = new SpooledPost(spool.Reserve(http.User.CallerId()), PostKind.JsonArray);
        http.Features.Set(dataset.Kind == DatasetKind.Image
            ? await FetchImagesAsync(dataset.Owner, post, items, authorization, cancellation)
            : await FetchRowsAsync(post, items, authorization, cancellation));
        return await next(context);
    }

    /// <summary>Those that are at least so far from what is usual, the farthest first.</summary>
    private async Task<IReadOnlyList<Guid>> FarthestAsync(Dataset dataset, IReadOnlyList<Guid> items, double least, HttpContext http, CancellationToken cancellation)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        var drifts = dataset.Kind == DatasetKind.Image ? await ImageDriftsAsync(items, authorization, cancellation)
            : await RowDriftsAsync(items, await http.RequestServices.GetRequiredService<ColumnReader>().ReadAsync(dataset, cancellation), authorization, cancellation);
        return [.. items.Zip(drifts).Where(each => each.Second >= least).OrderByDescending(each => each.Second).Select(each => each.First)];
    }

    private async Task<double?[]> RowDriftsAsync(IReadOnlyList<Guid> items, IReadOnlyList<ColumnStatistics> columns, string authorization, CancellationToken cancellation)
    {
        var drifts = new double?[items.Count];
        foreach (var (i, item) in items.Index())
        {
            if ((await predictions.InputAsync(item, authorization, cancellation))?.Row is { ValueKind: JsonValueKind.Object } row)
                drifts[i] = InputDrift.OfRow(row, columns);
        }
        return drifts;
    }

    private async Task<double?[]> ImageDriftsAsync(IReadOnlyList<Guid> items, string authorization, CancellationToken cancellation)
    {
        var metrics = new InputMetrics?[items.Count];
        foreach (var (i, item) in items.Index())
            metrics[i] = (await predictions.InputAsync(item, authorization, cancellation))?.Metrics;
        return InputDrift.OfImages(metrics);
    }

    private async Task<PostInput> FetchRowsAsync(SpooledPost post, IReadOnlyList<Guid> items, string authorization, CancellationToken cancellation)
    {
        var without = 0;
        foreach (var item in items)
        {
            if ((await predictions.InputAsync(item, authorization, cancellation))?.Row is { ValueKind: JsonValueKind.Object } row)
                await WriteAsync(post.File, item, row, cancellation);
            else
                without++;
        }
        return new PostInput(post, null, without);
    }

    private async Task<PostInput> FetchImagesAsync(string owner, SpooledPost post, IReadOnlyList<Guid> items, string authorization, CancellationToken cancellation)
    {
        var found = new List<FoundImage>();
        foreach (var (index, item) in items.Index())
        {
            if (await predictions.ImageAsync(item, authorization, cancellation) is not { } image || images.ProblemOf(image) is not null)
                continue;
            var sha256 = SHA256.HashData(image);
            await store.ExpectAsync(owner, [sha256], cancellation);
            await store.PutAsync(owner, sha256, image, cancellation);
            found.Add(new FoundImage(index + 1, sha256, Label: null, item.ToString()));
        }
        return new PostInput(post, found, items.Count - found.Count);
    }

    /// <summary>The row as a line, with the prediction's id as its own: so the same prediction is no second item.</summary>
    private static async Task WriteAsync(Stream lines, Guid item, JsonElement row, CancellationToken cancellation)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            foreach (var column in row.EnumerateObject())
                column.WriteTo(json);
            json.WriteString("id", item);
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        await lines.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), cancellation);
    }
}
