using System.Buffers;
using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

public class ConcurrencyTests
{
    [Test]
    public void Many_threads_get_their_own_pixels()
    {
        var decoder = new ImageDecoder(new ImageLimits { MaxConcurrentDecodes = 8 });
        var preprocessor = new ImagePreprocessor(new ImageInput { Width = 24, Height = 16 });
        var cases = Enumerable.Range(1, 6).Select(seed =>
        {
            var pixels = Noise(40 + seed * 11, 30 + seed * 7, seed);
            var file = PngRgb(40 + seed * 11, 30 + seed * 7, pixels);
            using var image = decoder.Decode(file, CancellationToken.None);
            var tensor = new float[preprocessor.Length];
            preprocessor.Write(image, tensor);
            return (file, pixels, tensor);
        }).ToArray();

        Parallel.For(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var (file, pixels, expected) = cases[i % cases.Length];
            if (i % 7 == 0)
                Assert.That(() => decoder.Decode(file.AsMemory(0, file.Length / 2), CancellationToken.None), Throws.InstanceOf<ImageRejectedException>());
            using var image = decoder.Decode(file, CancellationToken.None);
            var tensor = new float[preprocessor.Length];
            preprocessor.Write(image, tensor);
            Assert.That(image.Pixels.SequenceEqual(pixels), "pixels");
            Assert.That(tensor.AsSpan().SequenceEqual(expected), "tensor");
        });
    }

    [Test]
    public void A_cancelled_caller_does_not_decode() =>
        Assert.That(() => new ImageDecoder(new ImageLimits()).Decode(JpegRgb, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void Cancellation_ends_a_decode_that_has_begun()
    {
        using var source = new CancellationTokenSource();
        using var file = new WatchedMemory(JpegRgb, whenDecoded: source.Cancel);
        Assert.That(() => new ImageDecoder(new ImageLimits()).Decode(file.Memory, source.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Waiting_for_a_turn_ends_with_the_deadline_or_the_caller()
    {
        var decoder = new ImageDecoder(new ImageLimits { MaxConcurrentDecodes = 1, MaxWait = TimeSpan.Zero });
        using var began = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using var slow = new WatchedMemory(JpegRgb, whenDecoded: () =>
        {
            began.Set();
            go.Wait(TimeSpan.FromSeconds(20));
        });
        var busy = Task.Run(() => decoder.Decode(slow.Memory, CancellationToken.None));
        Assert.That(began.Wait(TimeSpan.FromSeconds(20)));

        Assert.That(() => decoder.Decode(JpegRgb, CancellationToken.None), Throws.InstanceOf<TimeoutException>().With.Message.Contains("MaxConcurrentDecodes"));
        Assert.That(() => decoder.Decode(JpegRgb, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());

        go.Set();
        busy.GetAwaiter().GetResult().Dispose();
        Assert.That(() => decoder.Decode(JpegRgb, CancellationToken.None).Dispose(), Throws.Nothing, "the turn is given back");
    }

    [Test]
    public void A_disposed_image_gives_no_pixels()
    {
        var image = new ImageDecoder(new ImageLimits()).Decode(JpegRgb, CancellationToken.None);
        image.Dispose();
        image.Dispose();
        Assert.That(() => image.Pixels.Length, Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>Memory that tells when its bytes are taken the second time: first the header is checked, then, in turn, the file is decoded.</summary>
    private sealed class WatchedMemory(byte[] bytes, Action whenDecoded) : MemoryManager<byte>
    {
        private int _uses;

        public override Memory<byte> Memory => CreateMemory(bytes.Length);

        public override Span<byte> GetSpan()
        {
            if (++_uses == 2)
                whenDecoded();
            return bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
