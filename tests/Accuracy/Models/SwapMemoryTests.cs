using System.Diagnostics;
using InferenceService.Execution;
using InferenceService.Models;
using NUnit.Framework;
using TestSupport;
using Unit.InferenceService.Execution;

namespace Accuracy.Models;

/// <summary>What a model took, it gives back: fifty loads and unloads of two real ones.</summary>
[TestFixture]
public sealed class SwapMemoryTests
{
    private const int Swaps = 50, Settled = 5;

    [Test]
    public void Fifty_swaps_leave_no_more_behind_than_five()
    {
        if (Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is null)
            Assert.Ignore("Memory is measured with MALLOC_ARENA_MAX=2, as ./suite test and the AppHost set it.");
        var (detector, detectorFile) = TestModels.Shipped("mask-detector");
        var mobileNet = TestModels.Tensors(maxBatchSize: 4);
        var mobileNetFile = SuiteData.Path("models", "mobilenetv2", "mobilenetv2-fp32.onnx");
        var factory = TestModels.Factory();

        long settled = 0, loaded = 0, unloaded = 0;
        for (var swap = 1; swap <= Swaps; swap++)
        {
            using (factory.Load(detector, detectorFile, [3, detector.Input.Height, detector.Input.Width]))
            using (factory.Load(mobileNet, mobileNetFile))
                loaded = ResidentBytes();
            unloaded = ResidentBytes();
            if (swap == Settled)
                settled = unloaded;
        }

        TestContext.Progress.WriteLine(
            $"figure: resident memory after {Settled} swaps of two models {settled / 1e6:0} MB, after {Swaps} {unloaded / 1e6:0} MB; with both loaded {loaded / 1e6:0} MB");
        Assert.That(unloaded, Is.LessThan(loaded), "an unload gives memory back");
        Assert.That(unloaded - settled, Is.LessThan((loaded - settled) / 2), "45 further swaps left less than half of what one pair of models takes");
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
