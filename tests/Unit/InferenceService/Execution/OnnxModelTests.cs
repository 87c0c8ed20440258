using System.Runtime.InteropServices;
using InferenceService.Execution;
using InferenceService.Models;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;

namespace Unit.InferenceService.Execution;

/// <summary>The models that ship, in real sessions.</summary>
[TestFixture, CancelAfter(30_000)]
public sealed class OnnxModelTests
{
    private static readonly int[] FaceShape = [3, 128, 128];

    [Test]
    public void A_model_of_images_says_what_it_takes_and_gives()
    {
        using var model = Detector();

        Assert.That(model.Inputs.Single(), Has.Property("Name").EqualTo("input").And.Property("ElementType").EqualTo(TensorElementType.Float).And.Property("ItemShape").EqualTo(FaceShape));
        Assert.That(model.Outputs.Single(), Has.Property("Name").EqualTo("logits").And.Property("ItemShape").EqualTo((int[])[2]), "only what the manifest asks for");
        Assert.That((model.HasBatchAxis, model.MaxBatchSize, model.SlotCount, model.Provider), Is.EqualTo((true, 16, 1, "CPU")));
        Assert.That(model.FixedShape!.ByteLength(0), Is.EqualTo(3 * 128 * 128 * sizeof(float)));
    }

    [Test]
    public void An_item_gets_the_same_answer_alone_and_in_any_batch()
    {
        using var model = Detector();
        using var slot = model.CreateSlot();
        var items = Enumerable.Range(0, 5).Select(Noise).ToArray();
        var alone = items.Select(item => Run(slot, model, [item])[0]).ToArray();

        foreach (var together in new[] { Run(slot, model, items), Run(slot, model, items) })
            Assert.That(together.SelectMany(answer => answer), Is.EqualTo(alone.SelectMany(answer => answer)).Within(1e-5f));
        Assert.That(Run(slot, model, items[3..])[0], Is.EqualTo(alone[3]).Within(1e-5f), "a smaller batch after a larger one");
    }

    [Test]
    public void A_warm_run_allocates_nothing()
    {
        using var model = Detector();
        using var slot = model.CreateSlot();
        var item = MemoryMarshal.AsBytes(Noise(0).AsSpan()).ToArray();
        Predict(3);
        Predict(1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            Predict(3);
            Predict(1);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Predict(int count)
        {
            slot.Prepare(model.FixedShape!, count);
            for (var i = 0; i < count; i++)
                item.CopyTo(slot.Input(0, i));
            slot.Run();
            for (var i = 0; i < count; i++)
                _ = slot.Output(0, i)[0];
        }
    }

    [Test]
    public void Slots_run_side_by_side_and_do_not_mix_their_items()
    {
        using var model = Detector(new ExecutionOptions { Tune = false, Slots = 4, IntraOpThreads = 1 });
        using var first = model.CreateSlot();
        var wanted = Enumerable.Range(0, 4).Select(i => Run(first, model, [Noise(i)])[0]).ToArray();

        var found = new float[4][];
        Parallel.For(0, 4, i =>
        {
            using var slot = model.CreateSlot();
            for (var round = 0; round < 20; round++)
                found[i] = Run(slot, model, [Noise(i), Noise(i + 1)])[0];
        });
        Assert.That(found.SelectMany(answer => answer), Is.EqualTo(wanted.SelectMany(answer => answer)).Within(1e-5f));
    }

    [Test]
    public void A_slot_still_runs_after_the_model_was_disposed_and_closes_it_then()
    {
        var model = Detector();
        var slot = model.CreateSlot();
        model.Dispose();

        Assert.That(Run(slot, model, [Noise(0)])[0], Has.Length.EqualTo(2));
        slot.Dispose();
        Assert.That(() => slot.Prepare(model.FixedShape!, 1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(model.CreateSlot, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_batch_over_the_limit_and_an_item_outside_of_the_batch_are_refused()
    {
        using var model = Detector(new ExecutionOptions { Tune = false, MaxBatchSize = 2 });
        using var slot = model.CreateSlot();

        Assert.That(() => slot.Prepare(model.FixedShape!, 3), Throws.TypeOf<ArgumentOutOfRangeException>());
        slot.Prepare(model.FixedShape!, 1);
        Assert.That(() => { slot.Input(0, 1); }, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_manifest_of_another_size_than_the_graph_is_refused()
    {
        var (manifest, file) = TestModels.Shipped("report-scorer");
        Assert.That(() => TestModels.Factory().Load(manifest, file, [99]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("[N,99]"));
    }

    [Test]
    public void Loading_leaves_the_callers_thread_its_small_numbers()
    {
        using var model = Detector();
        var small = float.Epsilon;
        Assert.That(small * 3f, Is.EqualTo(float.Epsilon * 3).And.GreaterThan(0f));
        Assert.That(Denormal(1e-20f), Is.GreaterThan(0f), "not flushed to zero");
    }

    private static float Denormal(float factor) => factor * factor;

    private static OnnxModel Detector(ExecutionOptions? execution = null)
    {
        var (manifest, file) = TestModels.Shipped("mask-detector");
        return TestModels.Factory(execution).Load(manifest, file, FaceShape);
    }

    private static float[] Noise(int seed)
    {
        var random = new Random(seed);
        var item = new float[3 * 128 * 128];
        for (var i = 0; i < item.Length; i++)
            item[i] = random.NextSingle() - 0.5f;
        return item;
    }

    private static float[][] Run(ExecutionSlot slot, OnnxModel model, float[][] items)
    {
        slot.Prepare(model.FixedShape!, items.Length);
        for (var i = 0; i < items.Length; i++)
            MemoryMarshal.AsBytes(items[i].AsSpan()).CopyTo(slot.Input(0, i));
        slot.Run();
        return [.. Enumerable.Range(0, items.Length).Select(i => MemoryMarshal.Cast<byte, float>(slot.Output(0, i)).ToArray())];
    }
}
