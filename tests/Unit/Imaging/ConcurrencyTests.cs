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

        Parallel.For(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
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
        using var file = new WatchedMemory(JpegRgb, whenPinned: source.Cancel);
        Assert.That(() => new ImageDecoder(new ImageLimits()).Decode(file.Memory, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(file.Pins, Is.Zero, "the input is released");
    }

    [Test]
    public void The_input_is_released_after_a_refusal()
    {
        using var file = new WatchedMemory(JpegRgb[..^40], whenPinned: () => { });
        Assert.That(() => new ImageDecoder(new ImageLimits()).Decode(file.Memory, CancellationToken.None), Throws.InstanceOf<ImageRejectedException>());
        Assert.That(file.Pins, Is.Zero);
    }

    [Test]
    public void Waiting_for_a_turn_ends_with_the_deadline_or_the_caller()
    {
        var decoder = new ImageDecoder(new ImageLimits { MaxConcurrentDecodes = 1, MaxWait = TimeSpan.Zero });
        using var began = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using var slow = new WatchedMemory(JpegRgb, whenPinned: () =>
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

    /// <summary>Memory that tells when it is pinned and how often it still is.</summary>
    private sealed class WatchedMemory(byte[] bytes, Action whenPinned) : MemoryManager<byte>
    {
        internal int Pins { get; private set; }

        public override Span<byte> GetSpan() => bytes;

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            Pins++;
            whenPinned();
            var inner = bytes.AsMemory(elementIndex).Pin();
            unsafe
            {
                return new MemoryHandle(inner.Pointer, default, new Release(this, inner));
            }
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Release(WatchedMemory owner, MemoryHandle inner) : IPinnable
        {
            public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException();

            public void Unpin()
            {
                owner.Pins--;
                inner.Dispose();
            }
        }
    }
}
