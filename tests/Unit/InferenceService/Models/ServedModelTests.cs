using System.Buffers;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using System.Text.Json;
using InferenceService;
using InferenceService.Batching;
using InferenceService.Models;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TestSupport;
using Unit.InferenceService.Execution;

namespace Unit.InferenceService.Models;

/// <summary>The real report-scorer that ships, in a real ONNX Runtime session.</summary>
[TestFixture, CancelAfter(20_000)]
public sealed class ServedModelTests
{
    private static readonly string Package = Repository.Path("models", "report-scorer", "1");
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [OneTimeTearDown]
    public void Release() => services.Dispose();

    [Test]
    public async Task Items_of_one_batch_get_their_own_answers(CancellationToken cancellation)
    {
        var model = Load();
        var alone = await RunAsync(model, [Row(0, 10, 1, 5)], cancellation);
        var together = await RunAsync(model, [Row(1, 900, 4, 0), Row(0, 10, 1, 5), Row(2, 0, 0, 100)], cancellation);

        Assert.That(together[1], Is.EqualTo(alone[0]));
        await model.RetireAsync();
    }

    [Test]
    public async Task A_version_that_is_held_stays_until_it_is_let_go(CancellationToken cancellation)
    {
        var model = Load();
        Assert.That(model.TryLease(out var lease), Is.True);

        var retired = model.RetireAsync();
        var answer = await RunAsync(lease!.Model, [Row(0, 1, 1, 1)], cancellation);
        Assert.That(answer, Has.Length.EqualTo(1), "who holds a lease is still answered");
        Assert.That(retired.IsCompleted, Is.False);

        lease.Dispose();
        await retired.WaitAsync(cancellation);
        Assert.That(model.TryLease(out _), Is.False, "nobody new gets in");
    }

    [Test]
    public void A_file_that_is_no_model_is_refused()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "no protobuf");
        try
        {
            Assert.That(() => ServedModel.Load(Manifest(), file, TestModels.Factory(), Metrics()), Throws.InstanceOf<Microsoft.ML.OnnxRuntime.OnnxRuntimeException>());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void A_manifest_that_names_another_output_is_refused() => Assert.That(
        () => ServedModel.Load(Manifest() with { Output = new OutputSpec("nowhere") }, Path.Combine(Package, "model.onnx"), TestModels.Factory(), Metrics()),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("nowhere"));

    private ServedModel Load() => ServedModel.Load(Manifest(), Path.Combine(Package, "model.onnx"), TestModels.Factory(), Metrics());

    private static ModelManifest Manifest() => ModelManifest.Parse(JsonDocument.Parse(File.ReadAllText(Path.Combine(Package, "model.json"))).RootElement);

    private InferenceMetrics Metrics() => new(services.GetRequiredService<IMeterFactory>(), new ModelHost());

    private static float[] Row(params float[] values) => values;

    private static async Task<float[]> RunAsync(ServedModel model, float[][] rows, CancellationToken cancellation)
    {
        var items = rows.Select(row =>
        {
            var tensor = ArrayPool<byte>.Shared.Rent(row.Length * sizeof(float));
            MemoryMarshal.AsBytes<float>(row).CopyTo(tensor);
            return new WorkItem(model.Shape!, tensor, "caller", Priority.Interactive, cancellation);
        }).ToArray();
        Assert.That(model.TryEnqueue(items), Is.True);
        var results = await Task.WhenAll(items.Select(item => item.Completion)).WaitAsync(cancellation);
        return [.. results.Select(result => result.Floats()[0])];
    }
}
