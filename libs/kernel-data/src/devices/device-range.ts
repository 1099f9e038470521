/** Who brings the region: decides which gates the kernel applies. */
export type Provider = 'nfit' | 'of' | 'virtio' | 'cxl' | 'hmem' | 'unknown';

/** A range of device memory that a host shows. */
export interface DeviceRange {
  /** namespace0.0, region1, dax0.0, "CXL Window 0", "Soft Reserved at 0x100000000", ...: no two ranges of a host have one name. */
  readonly name: string;
  readonly region: string | null;
  /** Physical address of its first byte. */
  readonly start: number;
  /** Bytes of the whole namespace, region or device, not only of what it offers for data. */
  readonly size: number;
  /** False where `size` is only what /proc/iomem shows as taken: the whole may be larger. */
  readonly sizeExact: boolean;
  readonly provider: Provider;
  /**
   * namespace: of libnvdimm. region: of libnvdimm or CXL, without a namespace in it. dax: a dax device outside libnvdimm;
   * kmem: the same, used as system RAM. soft-reserved, cxl-window: nobody drives it.
   */
  readonly kind: 'namespace' | 'region' | 'dax' | 'kmem' | 'soft-reserved' | 'cxl-window';
  /** What it is used for; null where that is not known, or where there is no namespace. */
  readonly mode: 'fsdax' | 'devdax' | 'raw' | 'sector' | 'kmem' | null;
  /** Where the info block asks for the struct pages; null without one. */
  readonly map: 'dev' | 'mem' | null;
  /** Bytes; null without info block or dax device. */
  readonly align: number | null;
  readonly uuid: string | null;
  /** enabled: a driver holds it. Null where nothing tells. */
  readonly state: 'enabled' | 'disabled' | null;
  /** Does a pfn or dax info block lie on the medium? Null where the running kernel cannot tell, or does not show it. */
  readonly formatted: boolean | null;
  /** What can be seen of that block; null unless `formatted`. */
  readonly infoBlock: ObservedInfoBlock | null;
  /** The device that a devdax namespace should offer; null for others. */
  readonly daxDevice: { readonly name: string; readonly state: 'enabled' | 'disabled' | null } | null;
  /** -1 means that firmware names none; null where it is not shown. */
  readonly numaNode: number | null;
  readonly targetNode: number | null;
  /** Which source said so, by the name of the field. */
  readonly evidence: Readonly<Record<string, string>>;
}

/**
 * Those fields of the info block that a running kernel lets one see or prove. Bytes, but npfns in pages of the kernel that
 * made it. Null means unseen, not zero.
 */
export interface ObservedInfoBlock {
  readonly signature: 'pfn' | 'dax' | null;
  readonly versionMinor: number | null;
  readonly map: 'dev' | 'mem' | null;
  readonly dataoff: number | null;
  readonly npfns: number | null;
  readonly startPad: number | null;
  readonly endTrunc: number | null;
  readonly align: number | null;
  /** Of the kernel that made the block. */
  readonly pageSize: number | null;
  readonly pageStructSize: number | null;
  /** Which source said so, or how it follows, by the name of the field. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** Device memory that is there but has no known place or size: it cannot be judged. */
export interface UnplacedDevice {
  readonly name: string;
  readonly region: string | null;
  readonly provider: Provider;
  /** Inputs that would settle it. */
  readonly missing: readonly string[];
}
